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


def traced(catalog, write_suite, measures):
    suite = write_suite(("[grid]", f"measures = {measures}\n[grid]"))
    return plan_trials(load_suite(suite, catalog), catalog)


def test_traces_belong_to_the_dense_network_and_other_measures_do_not(catalog, write_suite):
    one, other = (traced(catalog, write_suite, m) for m in ('["accuracy"]', '["accuracy", "spectrum"]'))
    assert [trial.stages for trial in one] == [trial.stages for trial in other]
    with_trace = traced(catalog, write_suite, '["accuracy", "sv-trace"]')
    assert with_trace[0].stages.train != one[0].stages.train
    assert len({trial.stages.train for trial in with_trace}) == 1
    at_others = traced(catalog, write_suite, '["accuracy", { name = "sv-trace", params.epochs = [1] }]')
    assert at_others[0].stages.train != with_trace[0].stages.train


def test_a_new_version_of_a_trace_trains_again(catalog, write_suite):
    trial = traced(catalog, write_suite, '["sv-trace"]')[0]
    spec = trial.spec.model_dump(mode="json")
    versions = {key: ref.version for key, ref in trial.components.items()}
    assert stage_keys(spec, versions, ["sv-trace"]) == trial.stages
    assert stage_keys(spec, versions | {"measure:sv-trace": "2"}, ["sv-trace"]).train != trial.stages.train
