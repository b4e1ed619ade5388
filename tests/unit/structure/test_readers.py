"""Who reads a unit, held against sums by hand."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from bench.structure import column_mass, normalised_by, outgoing_mass, prunable_modules
from bench_models.lenet import LeNet5
from bench_models.resnet import CifarResNet


def masses(model, p=2.0):
    return {
        name: column_mass(module.weight.detach(), getattr(module, "groups", 1), p)
        for name, module in prunable_modules(model).items()
    }


def squares(weight):
    return weight.detach().square().flatten(2).sum((0, 2))


@settings(max_examples=40, deadline=None)
@given(groups=st.integers(1, 4), out=st.integers(1, 3), into=st.integers(1, 3), p=st.sampled_from([1.0, 2.0]))
def test_the_mass_of_an_input_is_the_sum_over_all_that_multiplies_it(groups, out, into, p):
    torch.manual_seed(groups + 10 * out + 100 * into)
    weight = torch.randn(groups * out, into, 2, 2, dtype=torch.float64)
    expected = torch.zeros(groups * into, dtype=torch.float64)
    for i in range(groups * out):
        for j in range(into):
            expected[(i // out) * into + j] += weight[i, j].abs().pow(p).sum()
    assert torch.allclose(column_mass(weight, groups, p), expected)


def test_a_neuron_is_read_by_its_column():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Linear(4, 2)).eval()
    found = outgoing_mass(model, torch.zeros(1, 3), masses(model))
    assert torch.allclose(found["0"], squares(model[2].weight[:, :, None]))
    assert found["2"].tolist() == [0.0, 0.0]


def test_behind_pooling_and_flattening_a_channel_is_read_at_every_place():
    model = LeNet5(10, 1, 28).eval()
    found = outgoing_mass(model, torch.ones(1, 1, 28, 28), masses(model))
    assert torch.allclose(found["conv1"], squares(model.conv2.weight))
    assert torch.allclose(found["conv2"], squares(model.fc1.weight.view(500, 50, 16)))


def test_average_pooling_reads_every_place_once():
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2)).eval()
    found = outgoing_mass(model, torch.ones(1, 1, 6, 6), masses(model))
    assert torch.allclose(found["0"], squares(model[3].weight[:, :, None]))


def test_behind_a_residual_sum_all_who_read_the_sum_read_the_unit():
    model = CifarResNet(1, 10, 3).eval()
    found = outgoing_mass(model, torch.ones(1, 3, 8, 8), masses(model))
    block = model.layer2[0]
    readers = squares(block.conv1.weight) + squares(block.shortcut[0].weight)
    assert torch.allclose(found["layer1.0.conv2"], readers)
    assert torch.allclose(found["conv1"], readers + squares(model.layer1[0].conv1.weight))
    assert torch.allclose(found["layer3.0.shortcut.0"], squares(model.fc.weight[:, :, None]))


def test_layers_that_are_not_named_read_nothing():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).eval()
    assert outgoing_mass(model, torch.zeros(1, 3), {})["0"].tolist() == [0.0] * 4


def test_no_gradient_is_left_and_none_is_needed():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).eval()
    with torch.no_grad():
        found = outgoing_mass(model, torch.zeros(1, 3), masses(model))
    assert not found["0"].requires_grad
    assert all(part.grad is None for part in model.parameters())


def test_the_normalisation_behind_a_convolution_is_found():
    model = CifarResNet(1, 10, 3).eval()
    found = normalised_by(model, torch.ones(1, 3, 8, 8))
    assert found["layer2.0.shortcut.0"] == "layer2.0.shortcut.1"
    assert set(prunable_modules(model)) - set(found) == {"fc"}
