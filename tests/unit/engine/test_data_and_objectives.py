from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from bench.engine.data import DeviceData
from bench.engine.objectives import StageLoss
from bench.errors import TrialFault
from bench.registry.contracts import ObjectiveInput
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
