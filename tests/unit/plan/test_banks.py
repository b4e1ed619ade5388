from __future__ import annotations

import pytest

from bench.plan.banks import bank_key, can_bank
from bench.plan.trials import plan_trials
from bench.suite.load import load_suite
from bench.suite.recipe import StageRecipe
from bench.suite.settings import parse_settings


def keys(catalog, stage, *settings):
    trials = plan_trials(load_suite("digits", catalog, parse_settings(settings)), catalog)
    return {bank_key(trial, stage) for trial in trials}


@pytest.mark.parametrize("stage", ["train", "finetune"])
def test_a_suite_has_a_bank_for_each_model_and_recipe(catalog, stage):
    assert len(keys(catalog, stage)) == 3


@pytest.mark.parametrize(
    "change", ["train.lr=0.2", "train.momentum=0.5", "train.weight_decay=0.1", "train.schedule='constant'",
               "train.grad_clip=1.0", "seed=7", "sparsity=0.3", "finetune.epochs=1"],
)  # fmt: skip
def test_seeds_sparsities_and_scalars_leave_the_bank_of_training_as_it_is(catalog, change):
    assert keys(catalog, "train", change) == keys(catalog, "train")


def test_the_parameters_of_a_task_leave_the_bank_as_it_is_and_another_model_does_not(catalog, tmp_path):
    path = tmp_path / "teachers.toml"
    path.write_text(
        """
        schema = 1
        name = "teachers"
        version = "1"
        summary = "Students of several teachers."
        grid.task = [
            { name = "polarity-teacher", params.polarity = 0.5 },
            { name = "polarity-teacher", params = { polarity = 2.0 } },
        ]
        grid.model = [{ name = "mlp", params.hidden = [20] }, { name = "mlp", params.hidden = [40] }]
        grid.seed = [0, 1]
        grid.sparsity = 0.5
        [[entry]]
        pruner = "magnitude"
        """,
        encoding="utf-8",
    )
    trials = plan_trials(load_suite(path, catalog), catalog)
    assert len(trials) == 8
    for stage in ("train", "finetune"):
        by_model = {(tuple(one.spec.model_params["hidden"]), bank_key(one, stage)) for one in trials}
        assert len(by_model) == len({key for _, key in by_model}) == 2


@pytest.mark.parametrize(
    "change", ["train.batch_size=64", "train.epochs=3", "train.optimizer='adam'", "train.nesterov=true",
               "train.objective_params={label_smoothing=0.1}", "train.sampling='replacement'"],
)  # fmt: skip
def test_whatever_else_the_recipe_says_makes_another_bank(catalog, change):
    assert not keys(catalog, "train", change) & keys(catalog, "train")
    assert keys(catalog, "finetune", change) == keys(catalog, "finetune")


@pytest.mark.parametrize(
    "keys_of",
    [
        {"epochs": 0},
        {"precision": "bf16"},
        {"ema_decay": 0.9},
        {"select": "best-validation"},
        {"augment": ("flip",)},
        {"channels_last": True},
    ],
    ids=str,
)
def test_what_banks_do_not_know_is_trained_alone(keys_of):
    assert can_bank(StageRecipe())
    assert not can_bank(StageRecipe(**keys_of))
