from __future__ import annotations

from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from bench.structure import modules_by_weight, prunable_modules


def test_a_shared_weight_is_one_layer_with_all_its_modules():
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3), nn.Conv2d(1, 2, 3))
    model[2].weight = model[0].weight
    assert modules_by_weight(model) == {"0": ["0", "2"], "3": ["3"]}
    assert prunable_modules(model) == {"0": model[0], "3": model[3]}


def test_so_is_a_shared_parametrization():
    model = nn.Sequential(weight_norm(nn.Linear(3, 3)), weight_norm(nn.Linear(3, 3)))
    assert modules_by_weight(model) == {"0": ["0"], "1": ["1"]}
    model[1].parametrizations["weight"] = model[0].parametrizations["weight"]
    assert modules_by_weight(model) == {"0": ["0", "1"]}
