from __future__ import annotations

from bench.plan.trials import plan_trials
from bench.runner.jobs import Queue
from bench.suite.load import load_suite


def trials_of(catalog):
    return plan_trials(load_suite("digits", catalog), catalog)


def drained(queue):
    items = []
    while (item := queue.next()) is not None:
        items.append(item)
        if item.kind == "train":
            queue.trained(item.train_key)
    return items


def test_each_dense_network_is_trained_once_and_before_its_trials(catalog):
    trials = trials_of(catalog)
    items = drained(Queue(trials, lambda trial: False))
    trained = [item.train_key for item in items if item.kind == "train"]
    assert len(trained) == len(set(trained)) == 18
    seen = set()
    for item in items:
        if item.kind == "train":
            seen.add(item.train_key)
        else:
            assert item.train_key in seen


def test_every_trial_is_handed_out_once(catalog):
    trials = trials_of(catalog)
    handed = [
        trial.trial_id
        for item in drained(Queue(trials, lambda trial: False))
        if item.kind == "trials"
        for trial in item.trials
    ]
    assert sorted(handed) == sorted(trial.trial_id for trial in trials)


def test_a_job_holds_the_sparsities_of_one_scoring_pass(catalog):
    items = drained(Queue(trials_of(catalog), lambda trial: True))
    assert {item.kind for item in items} == {"trials"}
    for item in items:
        assert len({trial.stages.score for trial in item.trials}) == 1
        assert len(item.trials) == 5


def test_trials_wait_for_their_network(catalog):
    trials = [
        trial for trial in trials_of(catalog) if trial.stages.train == trials_of(catalog)[0].stages.train
    ]
    queue = Queue(trials, lambda trial: False)
    assert queue.next().kind == "train"
    assert queue.next() is None
    assert queue.has_work


def test_an_untrainable_network_takes_its_trials_out(catalog):
    trials = trials_of(catalog)
    queue = Queue(trials, lambda trial: False)
    key = queue.next().train_key
    out = queue.untrainable(key)
    assert {trial.trial_id for trial in out} == {
        trial.trial_id for trial in trials if trial.stages.train == key
    }


def test_what_is_put_back_comes_next(catalog):
    trials = trials_of(catalog)
    queue = Queue(trials, lambda trial: True)
    item = queue.next()
    queue.put_back(item.trials[2:])
    assert queue.next().trials == item.trials[2:]


def test_work_that_was_never_begun_comes_next(catalog):
    for is_trained in (True, False):
        queue = Queue(trials_of(catalog), lambda trial, known=is_trained: known)
        item = queue.next()
        queue.take_back(item)
        assert queue.next() == item
