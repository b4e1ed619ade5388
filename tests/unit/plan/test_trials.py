from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.plan.trials import Trial, plan_trials, trial_id_of
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings


def plan(path, catalog, *settings):
    return plan_trials(load_suite(path, catalog, parse_settings(settings)), catalog)


def test_the_plan_is_the_product_of_entries_seeds_and_sparsities(catalog):
    trials = plan("digits", catalog)
    assert len(trials) == 3 * 4 * 3 * 5
    assert len({trial.trial_id for trial in trials}) == len(trials)


def test_ids_do_not_depend_on_the_order_of_the_file(catalog, write_suite):
    one = {trial.trial_id for trial in plan(write_suite(), catalog)}
    other = {trial.trial_id for trial in plan(write_suite(("[0.5, 0.9]", "[0.9, 0.5]")), catalog)}
    assert one == other


def test_equal_numbers_written_differently_have_equal_ids(catalog, write_suite):
    one = {trial.trial_id for trial in plan(write_suite(), catalog, "train.lr=1", "sparsity=0.50,0.9")}
    other = {trial.trial_id for trial in plan(write_suite(), catalog, "train.lr=1.0")}
    assert one == other


@pytest.mark.parametrize(
    "setting", ["train.lr=0.2", "finetune.epochs=2", "seed=1", "train.momentum=0.8", "sparsity=0.51,0.91"]
)
def test_every_setting_changes_the_id(catalog, write_suite, setting):
    one = {trial.trial_id for trial in plan(write_suite(), catalog)}
    assert one.isdisjoint(trial.trial_id for trial in plan(write_suite(), catalog, setting))


def test_trials_survive_the_way_to_a_worker(catalog, write_suite):
    for trial in plan(write_suite(), catalog):
        assert Trial.from_plain(trial.plain()) == trial


def test_a_records_id_can_be_computed_from_its_spec_and_components(catalog, write_suite):
    for trial in plan(write_suite(), catalog):
        plain = trial.plain()
        assert trial_id_of(plain["spec"], plain["components"]) == trial.trial_id


def test_two_entries_with_one_trial_are_refused(catalog, write_suite):
    path = write_suite(('pruner = "random"', 'pruner = "magnitude"'))
    with pytest.raises(UserError, match="two entries give the same trial"):
        plan(path, catalog)
