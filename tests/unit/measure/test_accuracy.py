from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from bench.measure import accuracy
from bench.registry.contracts import Evaluation
from tests.unit.measure.trials import task_of, trial_of


def read(task):
    trial = trial_of(nn.Sequential(nn.Linear(2, 2)), torch.ones(1, 2))
    found = {
        id(trial.dense): Evaluation(200, 150, 190, 0.5, 0.25),
        id(trial.pruned): Evaluation(200, 20, 60, 2.5, 4.0),
        id(trial.final): Evaluation(200, 140, 180, 0.75, 0.5),
    }
    return accuracy(replace(trial, evaluate=lambda model: found[id(model)], data=task)).metrics


def test_accuracy_is_correct_over_all_examples_in_each_state():
    metrics = read(task_of(num_classes=10))
    assert [metrics[f"accuracy{state}"] for state in ("_dense", "_pruned", "")] == [0.75, 0.1, 0.7]
    assert [metrics[f"loss{state}"] for state in ("_dense", "_pruned", "")] == [0.5, 2.5, 0.75]
    assert metrics["mse"] is None


def test_top_5_is_said_above_20_classes_only():
    assert read(task_of(num_classes=20))["accuracy_top5"] is None
    metrics = read(task_of(num_classes=21))
    assert [metrics[f"accuracy_top5{state}"] for state in ("_dense", "_pruned", "")] == [0.95, 0.3, 0.9]


def test_squared_error_takes_accuracys_place_for_regression():
    metrics = read(task_of("regression", num_classes=100))
    assert [metrics[f"mse{state}"] for state in ("_dense", "_pruned", "")] == [0.25, 4.0, 0.5]
    assert metrics["accuracy"] is metrics["accuracy_top5"] is None
