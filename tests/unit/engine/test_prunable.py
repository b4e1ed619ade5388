from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from bench.engine.fold import fold
from bench.engine.prunable import prunable_layers
from bench.errors import Unsupported


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(4, 4)
        self.two = nn.Linear(4, 4)
        self.two.weight = self.one.weight
        self.out = nn.Linear(4, 2)


class Doubled(nn.Module):
    def forward(self, weight):
        return 2 * weight

    def right_inverse(self, weight):
        return weight / 2


def test_shared_weights_count_once():
    assert list(prunable_layers(Tied(), include_output=True)) == ["one", "out"]


def test_the_output_layer_is_the_last():
    layers = prunable_layers(Tied(), include_output=True)
    assert [layer.is_output for layer in layers.values()] == [False, True]
    assert list(prunable_layers(Tied(), include_output=False)) == ["one"]


def test_grouped_convolutions_know_their_groups():
    layers = prunable_layers(
        nn.Sequential(nn.Conv2d(4, 8, 3, groups=2), nn.Flatten(), nn.Linear(8, 2)), include_output=True
    )
    assert (layers["0"].kind, layers["0"].groups, tuple(layers["0"].weight.shape)) == (
        "conv",
        2,
        (8, 2, 3, 3),
    )


def test_a_model_without_weights_is_unsupported():
    with pytest.raises(Unsupported):
        prunable_layers(nn.Sequential(nn.ReLU()), include_output=True)
    with pytest.raises(Unsupported):
        prunable_layers(nn.Sequential(nn.Linear(2, 2)), include_output=False)


def test_parametrized_weights_are_seen_folded_and_fold_exactly():
    model = nn.Sequential(nn.Linear(3, 3))
    weight = model[0].weight.detach().clone()
    parametrize.register_parametrization(model[0], "weight", Doubled())
    assert torch.equal(prunable_layers(model, include_output=True)["0"].weight, weight)
    fold(model)
    assert torch.equal(model[0].weight, weight)
    assert not parametrize.is_parametrized(model[0])
