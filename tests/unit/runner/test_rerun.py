"""Which trials are drawn to be run again, and which can no longer be."""

from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.plan.trials import plan_trials, trial_again
from bench.registry.origin import Selection
from bench.runner.request import RunRequest
from bench.runner.rerun import draw, rerun
from bench.store.reading import read_pack
from bench.suite.load import load_suite
from tests.unit.board.submission.cases import PUBLISHED


@pytest.fixture(scope="module")
def published():
    return list(read_pack(PUBLISHED))


def test_a_seed_draws_the_same_whatever_the_order(published):
    one, other = draw(published, 5, 3), draw(reversed(published), 5, 3)
    assert one == other
    assert len({record.trial_id for record in one}) == 5
    assert draw(published, 5, 4) != one


def test_all_are_drawn_where_there_are_fewer(published):
    assert len(draw(published[:3], 10, 0)) == 3


def test_trials_that_failed_are_not_drawn(published):
    failed = [record.model_copy(update={"status": "failed"}) for record in published[:5]]
    assert draw([*failed, published[5]], 10, 0) == [published[5]]


def test_the_trial_of_a_record_is_the_one_that_was_planned(catalog, published):
    planned = {trial.trial_id: trial for trial in plan_trials(load_suite("digits", catalog), catalog)}
    for record in published[:10]:
        again = trial_again(record.suite, record.spec, record.components, catalog)
        assert again.stages == planned[record.trial_id].stages
        assert again.trial_id == record.trial_id


def test_traces_are_part_of_the_training_that_is_run_again(catalog, write_suite):
    suite = load_suite(
        write_suite(('"1"\nsummary', '"1"\nmeasures = ["accuracy", "sv-trace"]\nsummary')), catalog
    )
    trial = plan_trials(suite, catalog)[0]
    assert trial_again(trial.suite, trial.spec, trial.components, catalog).stages == trial.stages


def test_a_trial_with_a_teacher_is_planned_again_with_it(catalog, write_suite):
    taught = '\n[teacher]\nmodel = "lenet-300-100"\npruner = "magnitude"\nsparsity = 0.5\n'
    objective = ("[recipe.train]\n", '[recipe.train]\nobjective = "distillation"\n')
    trial = plan_trials(load_suite(write_suite(objective, extra=taught), catalog), catalog)[0]
    assert any(key.startswith("teacher") for key in trial.components)
    assert trial_again(trial.suite, trial.spec, trial.components, catalog).stages == trial.stages


def test_a_component_at_another_version_is_refused(catalog, published):
    parts = dict(published[0].components)
    parts["pruner"] = parts["pruner"].model_copy(update={"version": "0"})
    with pytest.raises(UserError, match="was at version 0"):
        trial_again(published[0].suite, published[0].spec, parts, catalog)


def test_what_cannot_be_run_is_told_and_runs_nothing(catalog, published, tmp_path):
    forged = published[0].model_copy(update={"trial_id": "f" * 64})
    parts = dict(published[1].components)
    parts["model"] = parts["model"].model_copy(update={"name": "nowhere"})
    request = RunRequest(store=tmp_path / "store", data_root=tmp_path)
    one, other = rerun(
        [forged, published[1].model_copy(update={"components": parts})],
        request,
        catalog,
        Selection("builtin"),
    )
    assert (one.result, one.reason) == ("not run", "the trial id does not fit the spec")
    assert other.result == "not run"
    assert not (tmp_path / "store").exists()
