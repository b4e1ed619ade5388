from __future__ import annotations

import torch
from torch import nn

from bench.engine.prunable import prunable_layers
from bench.engine.pruned import apply_pruning
from bench.engine.units import expand_units
from bench.structure import normalised_by


def convolutional():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 3)
    )
    model[1].running_mean.uniform_(-1, 1)
    model[1].bias.data.uniform_(-1, 1)
    return model.eval()


def test_the_normalisation_behind_a_convolution_is_found():
    assert normalised_by(convolutional(), torch.ones(1, 1, 8, 8)) == {"0": "1"}


def test_a_removed_channel_is_silent_behind_its_normalisation():
    model = convolutional()
    layers = {"0": prunable_layers(model, include_output=False)["0"]}
    kept = {"0": torch.tensor([True, False, True, False])}
    apply_pruning(model, expand_units(model, kept, layers, torch.ones(1, 1, 8, 8)))
    out = model[:2](torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0)))
    assert torch.count_nonzero(out[:, [1, 3]]) == 0
    assert torch.count_nonzero(out[:, [0, 2]]) > 0


def test_a_removed_neuron_takes_its_bias_along():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).eval()
    layers = {"0": prunable_layers(model, include_output=False)["0"]}
    kept = {"0": torch.tensor([True, False, True, True])}
    apply_pruning(model, expand_units(model, kept, layers, torch.ones(1, 3)))
    assert model[0](torch.ones(1, 3))[0, 1].item() == 0.0
