"""Recipe keys that came after records had been published."""

from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.plan.trials import plan_trials
from bench.suite.load import load_suite
from bench.suite.recipe import StageRecipe
from bench.suite.settings import parse_settings

DRAWN = ("recipe.train.sampling=replacement", "recipe.train.steps_per_epoch=7")


def trials(catalog, *settings):
    return plan_trials(load_suite("digits", catalog, parse_settings(settings)), catalog)


def test_how_batches_are_drawn_stands_in_a_recipe_only_where_it_is_another_way():
    assert not {"sampling", "steps_per_epoch"} & StageRecipe().model_dump(mode="json").keys()
    drawn = StageRecipe(sampling="replacement", steps_per_epoch=7)
    assert StageRecipe.model_validate(drawn.model_dump(mode="json")) == drawn
    assert drawn.model_dump(mode="json")["steps_per_epoch"] == 7


def test_how_batches_are_drawn_changes_a_trials_id(catalog):
    plain = {trial.trial_id for trial in trials(catalog)}
    assert {trial.trial_id for trial in trials(catalog, "recipe.train.sampling=epoch")} == plain
    drawn = trials(catalog, *DRAWN)
    assert not {trial.trial_id for trial in drawn} & plain
    assert {trial.spec.recipe.train.steps_per_epoch for trial in drawn} == {7}
    assert {trial.spec.recipe.finetune.sampling for trial in drawn} == {"epoch"}


def test_a_pass_over_the_data_has_its_own_number_of_steps(catalog):
    with pytest.raises(UserError, match="steps_per_epoch goes with sampling"):
        trials(catalog, "recipe.train.steps_per_epoch=7")
