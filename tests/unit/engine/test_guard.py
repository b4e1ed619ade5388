from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn

from bench.engine.guard import watched
from bench.errors import TrialFault


def watching(given):
    weights = {f"the weight of {name}": layer.weight for name, layer in given.layers.items()}
    return watched({"": given.model}, weights, "x")


def test_looking_is_allowed(given):
    with watching(given):
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
    with pytest.raises(TrialFault, match="edited the model"), watching(given):
        edit(given)


def test_an_edited_value_is_put_back(given):
    before = given.model[0].weight.detach().clone()
    with pytest.raises(TrialFault), watching(given):
        given.model[0].weight.data.zero_()
    assert torch.equal(given.model[0].weight, before)


def test_batch_statistics_count_as_an_edit(given):
    model = nn.Sequential(nn.BatchNorm1d(4))
    with pytest.raises(TrialFault, match="running_mean"), watched({"": model}, {}, "x"):
        model(torch.randn(8, 4, generator=torch.Generator().manual_seed(0)))


def test_a_switched_mode_is_found_and_put_back(given):
    with pytest.raises(TrialFault, match="switched the mode"), watching(given):
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
    with pytest.raises(TrialFault, match="global random generator"), watching(given):
        draw()


def test_a_hook_that_was_left_is_found(given):
    with pytest.raises(TrialFault, match="hooks of 0"), watching(given):
        given.model[0].register_forward_hook(lambda *_: None)


def test_a_parameter_that_was_frozen_is_found(given):
    with pytest.raises(TrialFault, match="fixed"), watching(given):
        given.model[0].weight.requires_grad_(requires_grad=False)


def test_settings_of_torch_are_found_and_put_back(given):
    with pytest.raises(TrialFault, match="the default dtype"), watching(given):
        torch.set_default_dtype(torch.float64)
    assert torch.get_default_dtype() == torch.float32


def test_what_was_edited_is_put_back_where_the_component_raised_too(given):
    before = given.model[0].weight.detach().clone()
    with pytest.raises(ZeroDivisionError), watching(given):
        1 / given.model[0].weight.data.zero_().count_nonzero().item()
    assert torch.equal(given.model[0].weight, before)


def test_every_model_that_is_handed_over_is_watched(given):
    other = nn.Sequential(nn.Linear(2, 2))
    with (
        pytest.raises(TrialFault, match=r"dense 0\.weight"),
        watched({"final": given.model, "dense": other}, {}, "x"),
    ):
        other[0].weight.data.zero_()
