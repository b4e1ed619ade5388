"""What still flows where units are silent, held against networks small enough to see through."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional

from bench.structure import live_inputs


def off(size, *units):
    kept = torch.ones(size, dtype=torch.bool)
    kept[list(units)] = False
    return kept


def dead(model, kept, shape):
    """By layer, the inputs that die with the units that are not kept."""
    example = torch.zeros(shape)
    before, after = live_inputs(model.eval(), example, {}), live_inputs(model.eval(), example, kept)
    return {
        name: found
        for name in before
        if (found := (before[name] & ~after[name]).nonzero().flatten().tolist())
    }


def test_a_silent_neuron_is_a_dead_input_of_the_next_layer():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    assert dead(model, {"0": off(4, 1, 3)}, (1, 3)) == {"2": [1, 3]}


def test_behind_a_flattening_a_channel_is_a_block_of_inputs():
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.MaxPool2d(2), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(12, 2)
    )
    assert dead(model, {"0": off(3, 1)}, (1, 1, 6, 6)) == {"4": [4, 5, 6, 7]}


def test_the_normalisation_behind_a_layer_falls_silent_with_it():
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 2, 1))
    assert dead(model, {"0": off(3, 2)}, (1, 1, 4, 4)) == {"3": [2]}


def test_a_normalisation_further_on_makes_something_of_nothing():
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.BatchNorm2d(3), nn.Conv2d(3, 2, 1))
    assert dead(model, {"0": off(3, 2)}, (1, 1, 4, 4)) == {}


def test_a_sigmoid_makes_something_of_nothing():
    model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 2))
    assert dead(model, {"0": off(4, 1)}, (1, 3)) == {}


def test_a_layer_without_bias_that_hears_nothing_says_nothing():
    bare = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2, bias=False), nn.Linear(2, 2))
    assert dead(bare, {"0": off(2, 0, 1)}, (1, 3)) == {"2": [0, 1], "3": [0, 1]}
    biased = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2), nn.Linear(2, 2))
    assert dead(biased, {"0": off(2, 0, 1)}, (1, 3)) == {"2": [0, 1]}


class Sum(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(3, 3)
        self.branch = nn.Linear(3, 3)
        self.out = nn.Linear(3, 2)

    def forward(self, x):
        x = functional.relu(self.stem(x))
        return self.out(functional.relu(x + self.branch(x)))


def test_behind_a_residual_sum_an_input_dies_only_with_both_its_sources():
    assert dead(Sum(), {"branch": off(3, 0)}, (1, 3)) == {}
    assert dead(Sum(), {"stem": off(3, 0)}, (1, 3)) == {"branch": [0]}
    assert dead(Sum(), {"stem": off(3, 0), "branch": off(3, 0, 1)}, (1, 3)) == {"branch": [0], "out": [0]}


class Twice(nn.Module):
    """A shared weight: the second use of a layer reads what the first one says."""

    def __init__(self, *, bias):
        super().__init__()
        self.first = nn.Linear(3, 3, bias=bias)
        self.again = nn.Linear(3, 3, bias=bias)
        self.again.weight = self.first.weight
        self.out = nn.Linear(3, 2)

    def forward(self, x):
        return self.out(functional.relu(self.again(functional.relu(self.first(x)))))


@pytest.mark.parametrize("bias", [True, False])
def test_a_shared_weight_keeps_the_columns_that_one_of_its_modules_reads(bias):
    assert dead(Twice(bias=bias), {"first": off(3, 1)}, (1, 3)) == {"out": [1]}


def test_what_only_looks_dead_on_positive_signals_is_not_dead():
    class Negative(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.Linear(2, 2), nn.Linear(4, 1)

        def forward(self, x):
            x = self.one(x)
            return self.two(torch.cat([functional.relu(x), functional.relu(-x)], 1))

    assert dead(Negative(), {"one": off(2, 0)}, (1, 2)) == {"two": [0]}


def test_grouped_convolutions_have_inputs_by_channel():
    model = nn.Sequential(nn.Conv2d(1, 4, 1), nn.ReLU(), nn.Conv2d(4, 4, 1, groups=2), nn.Conv2d(4, 1, 1))
    assert dead(model, {"0": off(4, 3)}, (1, 1, 2, 2)) == {"2": [3]}


def test_the_model_is_left_as_it_was():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).eval()
    before, state = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    live_inputs(model, torch.ones(1, 3), {"0": off(4, 0)})
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())
    assert torch.equal(state, torch.get_rng_state())
