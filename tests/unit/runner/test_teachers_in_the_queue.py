from __future__ import annotations

import pytest

from bench.plan.teachers import teachers_of
from bench.plan.trials import plan_trials
from bench.runner.jobs import Queue
from bench.runner.others import Nobody
from bench.runner.progress import Progress
from bench.suite.load import load_suite
from tests.unit.plan.test_teachers import TEACHER


@pytest.fixture
def trials(catalog, write_suite):
    path = write_suite(("seed = [0]", "seed = [0, 1]"), extra=TEACHER + "seed = 9\n")
    return plan_trials(load_suite(path, catalog), catalog)


def drained(queue):
    items = []
    while (item := queue.next()) is not None:
        items.append(item)
        for key in item.gives:
            queue.trained(key)
    return items


def kinds(items):
    return [item.kind for item in items]


def test_a_teacher_is_made_once_and_before_its_students(trials):
    items = drained(Queue(trials, lambda _: False))
    assert kinds(items) == ["train", "teach", "train", "trials", "trials", "train", "trials", "trials"]
    [teacher] = teachers_of(trials)
    assert items[0].trials == items[1].trials == (teacher,)
    assert sum(len(item.trials) for item in items if item.kind == "trials") == len(trials)


def test_students_wait_while_another_worker_makes_their_teacher(trials):
    queue = Queue(trials, lambda _: False)
    assert queue.next().kind == "train"
    assert queue.next() is None
    assert queue.has_work


def test_a_teacher_that_is_there_is_not_made_again(trials):
    items = drained(Queue(trials, lambda _: False, lambda _: True))
    assert kinds(items) == ["train", "trials", "trials", "train", "trials", "trials"]


def test_a_teacher_whose_dense_network_is_there_is_pruned_alone(trials):
    [teacher] = teachers_of(trials)
    queue = Queue(trials, lambda trial: trial.stages.train == teacher.stages.train)
    assert kinds(drained(queue))[:2] == ["teach", "train"]


def test_students_whose_own_network_is_there_wait_for_their_teacher(trials):
    [teacher] = teachers_of(trials)
    queue = Queue(trials, lambda trial: trial.stages.train != teacher.stages.train)
    assert kinds(drained(queue)) == ["train", "teach", *["trials"] * 4]


@pytest.mark.parametrize("failing", ["train", "teach"])
def test_a_teacher_that_cannot_be_had_takes_all_its_students_out(trials, failing):
    queue = Queue(trials, lambda _: False)
    item = queue.next()
    if failing == "teach":
        queue.trained(item.gives[0])
        item = queue.next()
    out = queue.untrainable(item.gives[0])
    assert {trial.trial_id for trial in out} == {trial.trial_id for trial in trials}
    queue.trained(item.gives[0])
    assert queue.next() is None
    assert not queue.has_work


def test_a_teacher_that_was_never_begun_comes_next(trials):
    queue = Queue(trials, lambda _: False)
    queue.trained(queue.next().gives[0])
    item = queue.next()
    queue.take_back(item)
    assert queue.next() == item


def test_a_network_that_a_teacher_and_a_trial_share_is_trained_once(catalog, write_suite):
    same = TEACHER.replace("recipe.train.epochs = 4", "recipe.train.epochs = 1") + "stages = []\n"
    trials = plan_trials(load_suite(write_suite(extra=same), catalog), catalog)
    items = drained(Queue(trials, lambda _: False))
    assert kinds(items) == ["train", "teach", "trials", "trials"]
    assert sum(len(item.trials) for item in items if item.kind == "trials") == len(trials)


def test_students_are_not_gathered_for_banks_and_teachers_are(trials):
    items = drained(Queue(trials, lambda _: False, banks=True))
    students = [item for item in items if item.trials[0].spec.teacher is not None]
    assert {item.bank for item in students} == {None}
    assert items[0].bank is not None


def test_the_total_of_a_run_counts_its_teachers(trials):
    queue = Queue(trials, lambda _: False)
    with Progress(trials, shown=False) as progress:
        progress.expect(queue.epochs)
        assert progress._bar.total == (4 + 2) + 2 * 1 + len(trials) * (1 + 1)


class Beside(Nobody):
    """Another process that is at all teachers, until it is `done`."""

    def __init__(self):
        super().__init__()
        self.done, self.epochs = False, 0

    def take(self, name):
        return self.done or not name.startswith("teach:")

    def has_made(self, epochs):
        self.epochs += epochs


def test_a_teacher_that_another_process_is_at_is_waited_for_and_not_made_again(trials):
    [teacher] = teachers_of(trials)
    beside = Beside()
    queue = Queue(
        trials, lambda trial: trial.stages.train == teacher.stages.train, lambda _: beside.done, others=beside
    )
    assert queue.next() is None
    assert queue.has_work
    beside.done = True
    assert queue.next().kind == "train"
    assert beside.epochs == teacher.spec.recipe.finetune.epochs == 2
