from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.suite.expand import expand
from bench.suite.load import load_suite


def refusal(path, catalog):
    with pytest.raises(UserError) as caught:
        list(expand(load_suite(path, catalog), catalog))
    return caught.value


def test_distillation_is_refused_where_there_is_no_teacher_yet(catalog, write_suite):
    path = write_suite(("[recipe.train]", '[recipe.train]\nobjective = "distillation"'))
    error = refusal(path, catalog)
    assert "recipe.train: objective 'distillation' needs a teacher" in error.message
    assert "recipe.finetune" in error.hint


def test_distillation_is_taken_in_fine_tuning(catalog, write_suite):
    path = write_suite(("[recipe.finetune]", '[recipe.finetune]\nobjective = "distillation"'))
    recipe = next(iter(expand(load_suite(path, catalog), catalog))).recipe
    assert recipe.finetune.objective_params == {"form": "hinton", "temperature": 4.0, "w": 0.5}


@pytest.mark.parametrize("stage", ["train", "finetune"])
def test_a_penalty_is_no_loss_and_a_loss_no_penalty(catalog, write_suite, stage):
    error = refusal(write_suite((f"[recipe.{stage}]", f'[recipe.{stage}]\nobjective = "l1"')), catalog)
    assert f"recipe.{stage}: objective 'l1' is a penalty, not a loss" in error.message
    assert error.hint == "put it under penalties; known: distillation, logit-matching, supervised"
    penalties = 'penalties = [{ objective = "supervised", weight = 1.0 }]'
    error = refusal(write_suite((f"[recipe.{stage}]", f"[recipe.{stage}]\n{penalties}")), catalog)
    assert f"recipe.{stage}: objective 'supervised' is a loss, not a penalty" in error.message
    assert "known: eigenvalue-l2, eigenvector-l2, group-lasso, l1, l2" in error.hint
