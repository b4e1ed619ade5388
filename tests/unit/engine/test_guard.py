from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn

from bench.engine.guard import watched
from bench.errors import TrialFault


def test_looking_is_allowed(given):
    with watched(given.model, given.layers, "x"):
        given.model(torch.ones(1, 4)).sum().backward()
    assert all(parameter.grad is None for parameter in given.model.parameters())


@pytest.mark.parametrize(
    "edit",
    [
        lambda given: given.model[0].weight.data.mul_(2),
        lambda given: given.model[2].bias.data.add_(1),
        lambda given: given.layers["0"].weight.zero_(),
        lambda given: setattr(given.model[0], "bias", None),
        lambda given: given.model[0].register_buffer("extra", torch.ones(1)),
    ],
)
def test_an_edit_is_found(given, edit):
    with pytest.raises(TrialFault, match="edited the model"), watched(given.model, given.layers, "x"):
        edit(given)


def test_an_edited_value_is_put_back(given):
    before = given.model[0].weight.detach().clone()
    with pytest.raises(TrialFault), watched(given.model, given.layers, "x"):
        given.model[0].weight.data.zero_()
    assert torch.equal(given.model[0].weight, before)


def test_batch_statistics_count_as_an_edit(given):
    model = nn.Sequential(nn.BatchNorm1d(4))
    with pytest.raises(TrialFault, match="running_mean"), watched(model, {}, "x"):
        model(torch.randn(8, 4, generator=torch.Generator().manual_seed(0)))


def test_a_switched_mode_is_found_and_put_back(given):
    with pytest.raises(TrialFault, match="switched the mode"), watched(given.model, given.layers, "x"):
        given.model.train()
    assert not given.model.training


@pytest.mark.parametrize(
    "draw",
    [
        lambda: torch.rand(1),
        lambda: torch.manual_seed(0),
        random.random,
        lambda: np.random.seed(0),  # noqa: NPY002
    ],
)
def test_global_randomness_is_found(given, draw):
    torch.manual_seed(1)
    with pytest.raises(TrialFault, match="global random generator"), watched(given.model, given.layers, "x"):
        draw()
