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
            for key in item.train_keys:
                queue.trained(key)
    return items


def test_each_dense_network_is_trained_once_and_before_its_trials(catalog):
    trials = trials_of(catalog)
    items = drained(Queue(trials, lambda trial: False))
    trained = [key for item in items if item.kind == "train" for key in item.train_keys]
    assert len(trained) == len(set(trained)) == 18
    seen = set()
    for item in items:
        if item.kind == "train":
            seen.update(item.train_keys)
        else:
            assert seen.issuperset(item.train_keys)


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
    [key] = queue.next().train_keys
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


def banked(catalog, is_trained, workers=1):
    trials = plan_trials(load_suite("digits", catalog), catalog)
    queue = Queue(trials, lambda _: is_trained, banks=True)
    queue.workers = workers
    return queue


def models(item):
    return {trial.spec.model for trial in item.trials}


def test_networks_that_differ_in_seed_and_scalars_are_trained_together(catalog):
    items = [item for item in drained(banked(catalog, is_trained=False)) if item.kind == "train"]
    assert [len(item.trials) for item in items] == [6, 6, 6]
    for item in items:
        assert len(models(item)) == 1
        assert {trial.spec.seed for trial in item.trials} == {0, 1, 2}
        assert {trial.spec.recipe.train.weight_decay for trial in item.trials} == {5e-4, 5e-3}
        assert item.is_gathered


def test_trials_of_all_pruners_sparsities_and_seeds_are_tuned_together(catalog):
    first = banked(catalog, is_trained=True).next()
    assert len(first.trials) == 60
    assert len(models(first)) == 1
    assert len({trial.spec.pruner for trial in first.trials}) == 3


def test_every_trial_is_handed_out_once_in_banks_too(catalog):
    queue = banked(catalog, is_trained=False, workers=2)
    wanted = sorted(trial.trial_id for trial in trials_of(catalog))
    handed = [trial.trial_id for item in drained(queue) if item.kind == "trials" for trial in item.trials]
    assert sorted(handed) == wanted


def test_banks_are_spread_over_the_workers_and_whole_scoring_passes_stay_whole(catalog):
    sizes = [len(item.trials) for item in drained(banked(catalog, is_trained=True, workers=2))]
    assert sizes[0] == 30
    assert sum(sizes) == 180
    for item in drained(banked(catalog, is_trained=True, workers=2)):
        passes = [trial.stages.score for trial in item.trials]
        assert all(passes.count(key) == 5 for key in passes)


def test_work_that_no_worker_can_bank_is_handed_out_piece_by_piece(catalog):
    queue = banked(catalog, is_trained=True)
    item = queue.next()
    queue.part(item)
    queue.take_back(item)
    again = queue.next()
    assert again.trials == item.trials[:5]
    assert again.bank is None
    assert not again.is_gathered
    rest = drained(queue)
    assert sum(len(item.trials) for item in rest) == 175
    assert {item.is_gathered for item in rest if models(item) != models(again)} == {True}


def test_gathered_work_that_was_never_begun_comes_next(catalog):
    for is_trained in (True, False):
        queue = banked(catalog, is_trained=is_trained)
        item = queue.next()
        queue.take_back(item)
        assert queue.next() == item
