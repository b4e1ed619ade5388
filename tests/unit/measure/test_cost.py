from __future__ import annotations

import torch
from torch import nn

from bench.measure import cost, multiply_adds
from tests.unit.measure.trials import trial_of


def network():
    return nn.Sequential(
        nn.Conv2d(4, 8, 3, stride=2, padding=1, groups=2), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 4 * 4, 5)
    )


def test_multiply_adds_are_outputs_times_inputs_of_each():
    total, by_layer = multiply_adds(network(), torch.ones(1, 4, 8, 8))
    assert by_layer["0"] == (8 * 4 * 4) * (2 * 3 * 3)
    assert by_layer["3"] == 128 * 5
    assert total == by_layer["0"] + by_layer["3"]


def test_the_theoretical_speed_up_scales_each_layer_by_its_non_zeros():
    conv, linear = torch.ones(8, 2, 3, 3, dtype=torch.bool), torch.ones(5, 128, dtype=torch.bool)
    conv[:6] = False
    linear[:, :64] = False
    metrics = cost(trial_of(network(), torch.ones(1, 4, 8, 8), {"0": conv, "3": linear})).metrics
    assert metrics == {"macs_dense": 2304 + 640, "macs": 576 + 320, "speedup_theoretical": 2944 / 896}


def test_a_network_without_any_weight_left_has_no_speed_up():
    trial = trial_of(
        nn.Sequential(nn.Linear(2, 2)), torch.ones(1, 2), {"0": torch.zeros(2, 2, dtype=torch.bool)}
    )
    assert cost(trial).metrics == {"macs_dense": 4, "macs": 0, "speedup_theoretical": None}
