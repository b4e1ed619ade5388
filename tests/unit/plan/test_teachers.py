from __future__ import annotations

import pytest

from bench.board.identity import identities
from bench.plan import teachers
from bench.plan.epochs import planned_epochs
from bench.plan.rounds import rounds_of
from bench.plan.spec import Spec
from bench.plan.teachers import facts_key, teacher_trial, teachers_of
from bench.plan.trials import Trial, plan_trials, trial_id_of
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings

TEACHER = """
[teacher]
model = "lenet-300-100"
pruner = "unit-norm"
params.budget = "units"
sparsity = 0.5
recipe.train.epochs = 4
recipe.finetune.epochs = 2
"""


@pytest.fixture
def planned(catalog, write_suite):
    def plan(*settings, extra=TEACHER, name="tiny", edits=()):
        path = write_suite(*edits, extra=extra, name=name)
        return plan_trials(load_suite(path, catalog, parse_settings(settings)), catalog)

    return plan


def test_a_teacher_is_a_trial_of_its_own(planned):
    [teacher] = teachers_of(planned())
    spec = teacher.spec
    assert (spec.task, spec.model, spec.pruner, spec.sparsity) == (
        "digits",
        "lenet-300-100",
        "unit-norm",
        0.5,
    )
    assert (spec.schedule, spec.teacher, spec.measures, spec.seed) == ("one-shot", None, (), 0)
    assert teacher.components.keys() == {
        "task", "model", "parametrization", "pruner", "objective:train", "objective:finetune",
    }  # fmt: skip


def test_its_dense_network_is_that_of_an_ordinary_trial_that_trains_the_same(planned):
    [teacher] = teachers_of(planned())
    ordinary = planned("train.epochs=4", extra="")
    assert {trial.stages.train for trial in ordinary} == {teacher.stages.train}


def test_without_a_teacher_nothing_of_a_plan_changes(planned):
    trial = planned(extra="")[0]
    assert "teacher" not in trial.spec.model_dump(mode="json")
    assert teacher_trial(trial) is None
    assert facts_key(trial) == trial.stages.train


def test_a_teachers_change_is_a_change_of_its_students(planned):
    before = planned()
    for setting in ("teacher.sparsity=0.6", "teacher.finetune.epochs=1", "teacher.train.lr=0.2"):
        after = planned(setting)
        for one, other in zip(before, after, strict=True):
            assert one.trial_id != other.trial_id
            assert one.stages.train != other.stages.train
            assert one.stages.finetune != other.stages.finetune


def test_a_new_version_of_a_teachers_pruner_makes_its_students_anew(planned):
    trial = planned()[0]
    bumped = dict(trial.components)
    bumped["teacher:pruner"] = bumped["teacher:pruner"].model_copy(update={"version": "99"})
    plain = trial.plain() | {"components": {key: ref.model_dump() for key, ref in bumped.items()}}
    newer = Trial.from_plain(plain)
    assert teacher_trial(newer).stages.finetune != teacher_trial(trial).stages.finetune
    assert trial_id_of(trial.plain()["spec"], plain["components"]) != trial.trial_id


def test_a_dense_network_that_does_not_learn_from_it_is_shared_with_trials_without_it(planned):
    untaught = planned(extra="")
    for stages in ('["finetune"]', "[]"):
        taught = planned(extra=f"{TEACHER}stages = {stages}\n")
        assert {trial.stages.train for trial in taught} == {trial.stages.train for trial in untaught}
        assert {trial.stages.finetune for trial in taught}.isdisjoint(t.stages.finetune for t in untaught)
        assert facts_key(taught[0]) != facts_key(untaught[0])


def test_a_trace_of_a_dense_network_belongs_to_its_teacher(planned):
    edits = [("[grid]", 'measures = ["sv-trace"]\n[grid]')]
    untaught = planned(extra="", edits=edits)
    taught = planned(extra=f"{TEACHER}stages = []\n", edits=edits)
    assert {trial.stages.train for trial in taught}.isdisjoint(trial.stages.train for trial in untaught)


def test_rounds_belong_to_their_teacher(planned):
    edits = [('pruner = "magnitude"', 'pruner = "magnitude"\nschedule = { name = "iterative" }')]
    first, second = (
        rounds_of(planned(extra=text, edits=edits)[0])
        for text in (f'{TEACHER}stages = ["finetune"]\n', f"{TEACHER}stages = []\n")
    )
    assert {one.key for one in first}.isdisjoint(two.key for two in second)


def test_epochs_of_a_teacher_are_counted_once(planned):
    assert planned_epochs(planned(extra="")) == 1 + 4
    assert planned_epochs(planned()) == (4 + 2) + 1 + 4
    assert planned_epochs(planned("seed=0,1")) == 2 * (4 + 2 + 1 + 4)
    assert planned_epochs(planned("seed=0,1", "teacher.seed=9")) == 4 + 2 + 2 * (1 + 4)


def test_a_seed_of_its_own_makes_one_teacher_for_all(planned):
    assert [teacher.spec.seed for teacher in teachers_of(planned("seed=0,1"))] == [0, 1]
    assert [teacher.spec.seed for teacher in teachers_of(planned("seed=0,1", "teacher.seed=9"))] == [9]


def test_students_of_all_seeds_are_one_contestant(planned):
    trials = planned("seed=0,1", "sparsity=0.5")
    found = {
        key: {
            identities(trial.plain() | {"suite": {"name": "tiny", "version": "1"}})[key] for trial in trials
        }
        for key in ("entry", "dense")
    }
    assert (len(found["entry"]), len(found["dense"])) == (2, 1)


def test_a_trial_survives_the_way_to_another_process(planned):
    trial = planned()[0]
    again = Trial.from_plain(trial.plain())
    assert again == trial
    assert teacher_trial(again) == teacher_trial(trial)
    plain = trial.spec.model_dump(mode="json")
    assert Spec.model_validate(plain).model_dump(mode="json") == plain
    assert trial_id_of(plain, trial.plain()["components"]) == trial.trial_id


def test_an_unpruned_teachers_spec_can_be_read_again(planned):
    trial = planned(extra='[teacher]\nmodel = "lenet-300-100"\n')[0]
    assert Spec.model_validate(trial.spec.model_dump(mode="json")) == trial.spec


def test_a_teacher_is_made_out_once_for_all_students_of_a_contest_and_seed(planned, monkeypatch):
    trials = planned("seed=0,1,2", "sparsity=0.5,0.6,0.7,0.8,0.9")
    made = []
    monkeypatch.setattr(teachers, "teacher_trial", lambda trial: made.append(trial) or teacher_trial(trial))
    found = teachers.teacher_by_trial(trials)
    assert found == {trial.trial_id: teacher_trial(trial) for trial in trials}
    assert len(found) == 2 * 3 * 5
    assert len(made) == 2 * 3
