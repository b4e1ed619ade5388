"""The queue hands out everything once and in order, and a step costs the same however long it is."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.plan.stages import StageKeys
from bench.plan.teachers import teacher_by_trial
from bench.plan.trials import Trial, plan_trials
from bench.runner.jobs import Queue
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings
from tests.unit.plan.test_teachers import TEACHER


@pytest.fixture(scope="module")
def plans(catalog, tmp_path_factory):
    """Plans with banks, with parametrizations and schedules, and with a teacher."""
    named = [load_suite(name, catalog) for name in ("digits", "mnist-lenet-smoke", "dark-knowledge-pruned")]
    return [plan_trials(suite, catalog) for suite in named]


class World:
    """Workers that are at pieces of work, and what they have made; everything is checked as it is given."""

    def __init__(self, trials, made, *, banks, workers):
        self.made = {trial.stages.train for trial in trials[:made]}
        self.teachers = teacher_by_trial(trials)
        self.at, self.done = [], Counter()
        self.queue = Queue(
            trials,
            lambda trial: trial.stages.train in self.made,
            lambda teacher: teacher.stages.finetune in self.made,
            banks=banks,
        )
        self.queue.workers = workers

    def needs(self, kind, trial):
        teacher = self.teachers.get(trial.trial_id)
        own = set() if kind == "train" else {trial.stages.train}
        return own if teacher is None else own | {teacher.stages.finetune}

    def hand_out(self):
        item = self.queue.next()
        if item is not None:
            assert all(self.needs(item.kind, trial) <= self.made for trial in item.trials)
            self.at.append(item)
        return item is not None

    def end(self, place, how):
        item = self.at.pop(place % len(self.at))
        if how == "given back":
            self.queue.take_back(item)
            return
        if how == "declined":
            self.queue.part(item)
            self.queue.take_back(item)
            return
        self.queue.finished(item)
        if item.kind == "trials":
            cut = len(item.trials) // 2 if how == "died" else len(item.trials)
            self.done.update(trial.trial_id for trial in item.trials[:cut])
            self.queue.put_back(item.trials[cut:])
            return
        for key in item.gives:
            if how == "died":
                self.done.update(trial.trial_id for trial in self.queue.untrainable(key))
            else:
                assert key not in self.made
                self.made.add(key)
                self.queue.trained(key)


ends = st.tuples(st.integers(0, 7), st.sampled_from(["well", "well", "given back", "declined", "died"]))


@settings(max_examples=60)
@given(data=st.data(), banks=st.booleans(), workers=st.integers(1, 6), made=st.integers(0, 40))
def test_every_trial_is_handed_out_once_and_after_its_networks(plans, data, banks, workers, made):
    plan = data.draw(st.sampled_from(plans))
    trials = plan[:: data.draw(st.integers(1, 7))]
    world = World(trials, made, banks=banks, workers=workers)
    for end in data.draw(st.lists(ends, max_size=60)):
        while len(world.at) < workers and world.hand_out():
            pass
        if world.at:
            world.end(*end)
    while world.hand_out() or world.at:
        if len(world.at) == workers or not world.hand_out():
            world.end(0, "well")
    assert world.done == Counter(trial.trial_id for trial in trials)
    assert not world.queue.has_work


class Key(str):
    """A stage's key that counts how often it is looked up."""

    looks = 0

    def __hash__(self):
        Key.looks += 1
        return super().__hash__()

    def __eq__(self, other):
        Key.looks += 1
        return super().__eq__(other)


@dataclasses.dataclass(frozen=True)
class Watched(Trial):
    """A trial that counts how often anybody looks at it."""

    def __getattribute__(self, name):
        Key.looks += name in {"trial_id", "stages", "spec"}
        return object.__getattribute__(self, name)


def watched(trial):
    stages = {field.name: Key(getattr(trial.stages, field.name)) for field in dataclasses.fields(StageKeys)}
    return Watched(**vars(trial) | {"stages": StageKeys(**stages)})


@pytest.mark.parametrize("banks", [False, True])
@pytest.mark.parametrize("extra", ["", TEACHER])
def test_a_step_costs_the_same_in_a_long_queue(catalog, write_suite, banks, extra):
    def looks(seeds):
        names = ",".join(map(str, range(seeds)))
        suite = load_suite(write_suite(extra=extra), catalog, parse_settings([f"seed={names}"]))
        trials = [watched(trial) for trial in plan_trials(suite, catalog)]
        world = World(trials, 0, banks=banks, workers=2)
        Key.looks = 0
        while world.hand_out() or world.at:
            world.end(0, "well")
        return Key.looks

    assert looks(160) <= 1.2 * 8 * looks(20)
