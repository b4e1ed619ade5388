from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from bench.engine.data import DeviceData
from bench.engine.objectives import StageLoss
from bench.errors import TrialFault
from bench.registry.contracts import BankStep, ObjectiveInput
from bench.suite.recipe import StageRecipe


def test_normalising_leaves_float_data_as_it_was(task):
    data = DeviceData.place(replace(task, mean=(1.0,), std=(2.0,)), torch.device("cpu"))
    before = data.test.inputs.clone()
    data.normalise(data.test.inputs[:3])
    assert torch.equal(data.test.inputs, before)


@pytest.mark.parametrize(
    ("returned", "complaint"),
    [
        (lambda step: 1.0, "returned float, not a tensor"),
        (lambda step: step.outputs.mean(1), "not a scalar"),
        (lambda step: step.outputs.mean().detach(), "without a gradient"),
    ],
)
def test_a_loss_that_cannot_be_trained_on_names_its_objective(network, catalog, returned, complaint):
    inputs = torch.ones(2, 4)
    step = ObjectiveInput(
        network, inputs, network(inputs), torch.zeros(2, dtype=torch.long), "classification"
    )
    loss = StageLoss(StageRecipe(), catalog)
    loss.objective = returned
    with pytest.raises(TrialFault, match=complaint):
        loss(step)


def bank_step(kind):
    rows = torch.zeros(3, 2, 1)
    return BankStep(torch.nn.Identity(), {}, rows, rows, rows, kind)


def test_a_loss_has_slopes_where_its_objective_has_some_and_no_penalty_is_added(catalog):
    plain = StageLoss(StageRecipe(), catalog)
    losses, slopes = plain.slopes(bank_step("regression"))
    assert (losses.shape, slopes.shape) == ((3,), (3, 2, 1))
    assert plain.slopes(bank_step("classification")) is None
    penalties = ({"objective": "l2", "weight": 0.1},)
    assert StageLoss(StageRecipe(penalties=penalties), catalog).slopes(bank_step("regression")) is None
    assert StageLoss(StageRecipe(objective="distillation"), catalog).slopes(bank_step("regression")) is None


@pytest.mark.parametrize(
    "returned", [(torch.zeros(3), torch.zeros(3)), (torch.zeros(2), torch.zeros(3, 2, 1))]
)
def test_slopes_of_another_shape_name_their_objective(catalog, returned):
    loss = StageLoss(StageRecipe(), catalog)
    loss.objective = SimpleNamespace(slopes=lambda step: returned)
    with pytest.raises(TrialFault, match="objective 'supervised': slopes returned tensors of shapes"):
        loss.slopes(bank_step("regression"))


def test_what_slopes_raise_is_their_objectives_fault(catalog):
    loss = StageLoss(StageRecipe(), catalog)
    loss.objective = SimpleNamespace(slopes=lambda step: 1.0)
    with pytest.raises(TrialFault, match="objective 'supervised'"):
        loss.slopes(bank_step("regression"))
