"""What the queue does beside other processes: it takes what is free, and leaves out what they have done."""

from __future__ import annotations

import pytest

from bench.plan.trials import plan_trials
from bench.runner.jobs import Queue
from bench.suite.load import load_suite


class Beside:
    """Others that have `held`, and have `ended` and `trained` what these sets say."""

    def __init__(self):
        self.held, self.ended, self.trained, self.mine = set(), set(), set(), set()
        self.told = []
        self.claims = self

    def take(self, name):
        if name in self.held:
            return False
        self.mine.add(name)
        return True

    def release(self, name):
        self.mine.discard(name)

    def has_ended(self, trial):
        return trial.trial_id in self.ended

    def has_made(self, epochs):
        self.told.append(epochs)


@pytest.fixture
def trials(catalog):
    return plan_trials(load_suite("digits", catalog), catalog)


@pytest.fixture
def beside():
    return Beside()


def queue_of(trials, beside, *, banks=False):
    return Queue(trials, lambda trial: trial.stages.train in beside.trained, banks=banks, others=beside)


def test_what_another_has_claimed_is_passed_over_and_comes_when_it_is_free(trials, beside):
    first = f"train:{trials[0].stages.train}"
    beside.held = {first}
    queue = queue_of(trials, beside)
    item = queue.next()
    assert item.kind == "train"
    assert item.train_keys != (trials[0].stages.train,)
    queue.take_back(item)
    beside.held = set()
    while item.names != (first,):
        item = queue.next()
    assert first in beside.mine


def test_a_queue_whose_work_is_all_claimed_waits(trials, beside):
    beside.held = {f"train:{trial.stages.train}" for trial in trials}
    queue = queue_of(trials, beside)
    assert queue.next() is None
    assert queue.has_work


def test_a_network_that_another_trained_is_not_trained_again(trials, beside):
    queue = queue_of(trials, beside)
    beside.trained = {trials[0].stages.train}
    item = queue.next()
    assert (item.kind, item.train_keys) == ("train", (trials[5].stages.train,)) or item.kind == "trials"
    assert beside.told == [trials[0].spec.recipe.train.epochs]
    assert f"train:{trials[0].stages.train}" not in beside.mine


@pytest.mark.parametrize("banks", [False, True])
def test_what_another_has_done_is_left_out(trials, beside, banks):
    beside.trained = {trial.stages.train for trial in trials}
    queue = queue_of(trials, beside, banks=banks)
    beside.ended = {trial.trial_id for trial in trials[::2]}
    handed = []
    while (item := queue.next()) is not None:
        handed += [trial.trial_id for trial in item.trials]
        queue.finished(item)
    assert sorted(handed) == sorted(trial.trial_id for trial in trials[1::2])
    assert beside.mine == set()
    assert not queue.has_work


def test_work_is_claimed_until_it_is_finished_or_taken_back(trials, beside):
    queue = queue_of(trials, beside, banks=True)
    item = queue.next()
    assert len(item.names) > 1
    assert beside.mine == set(item.names)
    queue.take_back(item)
    assert beside.mine == set()
    again = queue.next()
    assert again == item
    queue.finished(again)
    assert beside.mine == set()


def test_banks_pass_over_the_networks_of_others(trials, beside):
    beside.held = {f"train:{trials[0].stages.train}"}
    queue = queue_of(trials, beside, banks=True)
    keys = [key for item in iter(queue.next, None) for key in item.train_keys]
    assert set(keys) == {trial.stages.train for trial in trials} - {trials[0].stages.train}
