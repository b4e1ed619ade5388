from __future__ import annotations

from bench.plan.seeds import derive_seed
from bench.plan.stages import stage_keys
from bench.plan.trials import plan_trials
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings


def plan(catalog, *settings):
    return plan_trials(load_suite("digits", catalog, parse_settings(settings)), catalog)


def test_dense_networks_are_seeds_times_models_and_recipes(catalog):
    trials = plan(catalog)
    by_default = {trial.stages.train for trial in trials if trial.spec.pruner != "weight-decay"}
    by_decay = {trial.stages.train for trial in trials if trial.spec.pruner == "weight-decay"}
    assert len(by_default) == len(by_decay) == 3 * 3
    assert by_default.isdisjoint(by_decay)


def test_one_scoring_pass_serves_all_sparsities(catalog):
    trials = plan(catalog)
    assert len({trial.stages.score for trial in trials}) * 5 == len(trials)


def test_another_sparsity_adds_only_its_own_trials(catalog):
    before = {trial.trial_id for trial in plan(catalog)}
    after = {trial.trial_id for trial in plan(catalog, "sparsity=0.5,0.75,0.875,0.9375,0.96875,0.99")}
    assert before < after
    assert len(after - before) == 3 * 4 * 3


def test_fine_tuning_does_not_change_the_dense_network(catalog):
    one, other = plan(catalog), plan(catalog, "finetune.epochs=1")
    assert {trial.stages.train for trial in one} == {trial.stages.train for trial in other}
    assert {trial.stages.finetune for trial in one}.isdisjoint(trial.stages.finetune for trial in other)


def test_a_components_version_changes_its_stage_and_those_after(catalog):
    trial = plan(catalog)[0]
    spec = trial.spec.model_dump(mode="json")
    versions = {key: ref.version for key, ref in trial.components.items()}
    bumped = stage_keys(spec, versions | {"pruner": "2"})
    assert bumped.train == trial.stages.train
    assert bumped.score != trial.stages.score
    assert bumped.finetune != trial.stages.finetune
    assert stage_keys(spec, versions | {"measure:spectrum": "2"}) == trial.stages
    assert stage_keys(spec, versions | {"model": "2"}).train != trial.stages.train


def test_seeds_differ_by_purpose_and_are_the_same_everywhere():
    assert derive_seed(0, "init") != derive_seed(0, "train") != derive_seed(1, "train")
    assert derive_seed(0, "init") == 8784609293862724968
