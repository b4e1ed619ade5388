from __future__ import annotations

import copy

import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from bench.engine.fold import fold, plain_copy


def network():
    torch.manual_seed(0)
    return nn.Sequential(weight_norm(nn.Linear(4, 3)), nn.ReLU(), weight_norm(nn.Conv1d(3, 2, 1)))


def test_folding_gives_plain_weights_of_the_same_value():
    model = network()
    before = model[0].weight.detach().clone()
    folded = fold(model)
    assert set(folded.state_dict()) == {"0.weight", "0.bias", "2.weight", "2.bias"}
    assert torch.equal(folded[0].weight, before)


def test_weights_that_are_shared_stay_shared():
    model = network()
    again = weight_norm(nn.Linear(4, 3))
    again.parametrizations["weight"] = model[0].parametrizations["weight"]
    model.append(again)
    folded = fold(copy.deepcopy(model))
    assert folded[3].weight is folded[0].weight
    assert torch.equal(folded[0].weight, model[0].weight)


def test_folding_a_copy_leaves_the_original_parametrized_and_working():
    model = network()
    inputs = torch.ones(3, 4)
    before = model[0](inputs)
    fold(copy.deepcopy(model))
    assert torch.equal(model[0](inputs), before)
    fold(copy.deepcopy(model))
    assert torch.equal(fold(model)[0](inputs), before)


def test_a_plain_copy_is_one_to_change_and_keeps_the_mode():
    model = network().eval()
    before = model[0].weight.detach().clone()
    copied = plain_copy(model)
    assert set(copied.state_dict()) == {"0.weight", "0.bias", "2.weight", "2.bias"}
    assert not copied.training
    copied[0].weight.data.zero_()
    assert torch.equal(model[0].weight, before)
