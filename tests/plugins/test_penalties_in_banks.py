"""A penalty gives a bank's rows what it gives each network alone, and so does its gradient."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from bench.registry.contracts import BankStep, ObjectiveInput
from tests.unit.engine.bank.pieces import alone, banked, close, data_of, training_of

PENALTIES = [
    ("l1", {}),
    ("l1", {"target": "first"}),
    ("l2", {"target": "hidden"}),
    ("l2", {"target": "all"}),
    ("group-lasso", {}),
    ("group-lasso", {"by": "columns", "target": "prunable"}),
    ("group-lasso", {"target": "first", "weighting": "none"}),
]


def student(catalog, seed, parametrization="direct"):
    torch.manual_seed(seed)
    model = catalog.get("model", "mlp").make(
        {"hidden": [8, 5], "init": "glorot", "output": "ones"}
        | {"num_classes": 1, "in_channels": 6, "image_size": 1}
    )
    catalog.get("parametrization", parametrization).make({})(model)
    return model


def step_of(models):
    parameters = {
        name: torch.stack([model.get_parameter(name).detach() for model in models]).requires_grad_()
        for name, _ in models[0].named_parameters()
    }
    rows = torch.zeros(len(models), 2, 1)
    return BankStep(models[0], parameters, rows, rows, rows, "regression")


@pytest.mark.parametrize("parametrization", ["direct", "spectral"])
@pytest.mark.parametrize(("name", "params"), PENALTIES, ids=str)
def test_rows_and_their_gradients_are_those_of_each_network(catalog, name, params, parametrization):
    models = [student(catalog, seed, parametrization) for seed in range(3)]
    penalty = catalog.get("objective", name).make(params)
    step = step_of(models)
    rows = penalty.rows(step)
    found = torch.autograd.grad(rows.sum(), list(step.parameters.values()), allow_unused=True)
    of_bank = dict(zip(step.parameters, found, strict=True))
    for row, model in enumerate(models):
        zero = torch.zeros(2, 1)
        value = penalty(ObjectiveInput(model, zero, zero, zero, "regression"))
        assert value.item() == pytest.approx(rows[row].item(), rel=1e-5)
        value.backward()
        for part, parameter in model.named_parameters():
            if parameter.grad is not None:
                assert torch.allclose(of_bank[part][row], parameter.grad, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("by", ["rows", "columns"])
def test_the_gradient_at_a_group_of_zeros_is_zero(catalog, by):
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    nn.init.zeros_(model[0].weight)
    step = step_of([model, model])
    rows = catalog.get("objective", "group-lasso").make({"by": by}).rows(step)
    [gradient] = torch.autograd.grad(rows.sum(), [step.parameters["0.weight"]])
    assert torch.count_nonzero(gradient) == 0


@pytest.mark.parametrize("parametrization", ["direct", "spectral"])
@pytest.mark.parametrize("schedule", ["constant", "linear"])
def test_students_with_frozen_ones_learn_in_a_bank_what_they_would_alone(catalog, parametrization, schedule):
    keys = {
        "optimizer": "adamw",
        "lr": 0.005,
        "schedule": schedule,
        "weight_decay": 0.01,
        "penalties": (
            {"objective": "group-lasso", "weight": 0.004, "params": {"target": "first"}},
            {"objective": "l2", "weight": 0.01, "params": {"target": "all"}},
        ),
    }
    trainings = [
        training_of(catalog, student(catalog, seed, parametrization), data_of(6, 1, seed=seed), seed, **keys)
        for seed in range(4)
    ]
    for together, single in zip(banked(trainings), alone(trainings), strict=True):
        assert close(together, single)
        assert torch.equal(together.fc3.weight, torch.ones(1, 5))
