from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from bench.errors import Unsupported
from bench.measure import validation
from bench.registry.contracts import Evaluation
from tests.unit.measure.trials import task_of, trial_of

TRIAL = trial_of(nn.Sequential(nn.Linear(2, 2)), torch.ones(1, 2))
FOUND = {
    id(TRIAL.dense): Evaluation(200, 150, 190, 0.5, 0.25),
    id(TRIAL.pruned): Evaluation(200, 20, 60, 2.5, 4.0),
    id(TRIAL.final): Evaluation(200, 140, 180, 0.75, 0.5),
}


def read(**changes):
    return validation(replace(TRIAL, **{"validate": lambda model: FOUND[id(model)], **changes})).metrics


def test_each_state_is_read_off_the_validation_split():
    metrics = read(data=task_of())
    assert [metrics[f"validation_accuracy{state}"] for state in ("_dense", "_pruned", "")] == [0.75, 0.1, 0.7]
    assert [metrics[f"validation_loss{state}"] for state in ("_dense", "_pruned", "")] == [0.5, 2.5, 0.75]


def test_regression_has_a_loss_alone():
    metrics = read(data=task_of("regression"))
    assert metrics["validation_loss"] == 0.75
    assert metrics["validation_accuracy"] is None


def test_the_dense_network_is_evaluated_once_for_all_its_prunings():
    asked, known = [], {}

    def validate(model):
        asked.append(id(model))
        return FOUND[id(model)]

    def once(key, make):
        return known[key] if key in known else known.setdefault(key, make())

    for _ in range(2):
        read(validate=validate, once=once)
    assert asked.count(id(TRIAL.dense)) == 1


def test_a_suite_that_holds_nothing_out_has_none():
    with pytest.raises(Unsupported, match="holds nothing out"):
        read(validate=None)
