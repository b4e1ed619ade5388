"""LAMP by hand, against its definition, and its promise of layers that are not emptied."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import bench_magnitude
from bench.engine.scoring import keep_masks
from tests.plugins.weight_case import given_for, linear, normal, seeded

LAMP = {pruner.name: pruner for pruner in bench_magnitude.bench_pruners()}["lamp"]


def lamp(*layers: nn.Module) -> dict[str, torch.Tensor]:
    return LAMP.make({})(given_for(nn.Sequential(*layers), torch.zeros(1, 1)))


def test_scores_by_hand():
    found = lamp(linear([2.0, -1.0, 3.0]), linear([-0.5]))
    assert found["0"][0].tolist() == pytest.approx([4 / 13, 1 / 14, 1.0])
    assert found["1"].tolist() == [[1.0]]


def test_equal_weights_count_in_the_order_of_their_index():
    assert lamp(linear([2.0, 2.0], [-2.0, 2.0]))["0"].flatten().tolist() == [1 / 4, 1 / 3, 1 / 2, 1.0]


def test_a_layer_of_zeros_scores_zero():
    assert lamp(linear([0.0, 0.0]))["0"].tolist() == [[0.0, 0.0]]


def test_scores_are_those_of_the_definition():
    model = seeded(lambda: nn.Linear(7, 5))
    weight = model.weight.detach().double().flatten().square()
    due = torch.stack([one / weight[weight >= one].sum() for one in weight])
    assert torch.allclose(lamp(model)["0"].flatten(), due)


def test_every_layer_keeps_its_largest_weight_to_the_last():
    layers = [nn.Linear(8, 8), nn.Linear(8, 40), nn.Linear(40, 3)]
    for scale, layer in zip((1.0, 1e-3, 1e-6), layers, strict=True):
        layer.weight.data = normal(*layer.weight.shape) * scale
    total = sum(layer.weight.numel() for layer in layers)
    [masks] = keep_masks(lamp(*layers), [(total - 3) / total], "global")
    for mask, layer in zip(masks.values(), layers, strict=True):
        assert mask.nonzero().tolist() == (layer.weight.abs() == layer.weight.abs().max()).nonzero().tolist()
