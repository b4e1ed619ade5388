from __future__ import annotations

import copy
import subprocess
import sys

import pytest
import torch
from torch import nn

from bench.engine.prunable import prunable_layers
from bench.engine.pruned import apply_pruning
from bench.engine.units import expand_units
from bench.errors import Unsupported
from bench.measure import shrink, shrunk
from bench.measure.shrink import TOLERANCE, output_difference
from bench_models.lenet import LeNet5, LeNet300
from bench_models.resnet import CifarResNet
from tests.unit.measure.trials import trial_of

pytest.importorskip("torch_pruning")

NETWORKS = {
    "mlp": (lambda: LeNet300(10, 1, 8), (1, 1, 8, 8)),
    "lenet-5": (lambda: LeNet5(10, 1, 28), (1, 1, 28, 28)),
    "lenet-5 on small images": (lambda: LeNet5(10, 1, 8), (1, 1, 8, 8)),
    "resnet8": (lambda: CifarResNet(1, 10, 3), (1, 3, 16, 16)),
}


def trained_looking(model, seed):
    """Statistics, scales and shifts that a mistake about normalisations would show in."""
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-1, 1, generator=generator)
            module.running_var.uniform_(0.5, 2, generator=generator)
            module.weight.data.uniform_(0.5, 1.5, generator=generator)
            module.bias.data.uniform_(-1, 1, generator=generator)
    return model.eval()


def without_units(model, example, kept):
    """The model with units masked as the harness does; `kept` by layer, True where a unit stays."""
    layers = {
        name: layer for name, layer in prunable_layers(model, include_output=True).items() if name in kept
    }
    masked = copy.deepcopy(model)
    apply_pruning(masked, expand_units(masked, kept, layers, example))
    return masked


def random_units(model, share, seed):
    generator = torch.Generator().manual_seed(seed)
    layers = prunable_layers(model, include_output=False)
    return {
        name: torch.rand(len(layer.weight), generator=generator) >= share for name, layer in layers.items()
    }


def size(model):
    return sum(parameter.numel() for parameter in model.parameters())


def widths(model):
    return {name: len(layer.weight) for name, layer in prunable_layers(model, include_output=True).items()}


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_masked_and_shrunk_give_the_same_outputs(network, share):
    build, shape = NETWORKS[network]
    torch.manual_seed(0)
    model = trained_looking(build(), 1)
    masked = without_units(model, torch.ones(shape), random_units(model, share, 2))
    small, difference = shrink(masked, torch.ones(shape))
    assert difference <= TOLERANCE
    assert size(small) < size(model)
    inputs = torch.randn((16, *shape[1:]), generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        assert torch.allclose(small(inputs), masked(inputs), rtol=1e-4, atol=1e-5)
        assert not torch.allclose(small(inputs), model(inputs), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("network", ["mlp", "lenet-5"])
def test_where_nothing_is_tied_every_masked_unit_goes(network):
    build, shape = NETWORKS[network]
    model = build()
    kept = random_units(model, 0.5, 0)
    small, _ = shrink(without_units(model, torch.ones(shape), kept), torch.ones(shape))
    assert widths(small) == widths(model) | {name: int(units.sum()) for name, units in kept.items()}


def test_the_inputs_behind_a_flattening_go_with_their_channel():
    model = LeNet5(10, 1, 28)
    kept = {"conv2": torch.arange(50) < 7}
    small, _ = shrink(without_units(model, torch.ones(1, 1, 28, 28), kept), torch.ones(1, 1, 28, 28))
    assert small.fc1.weight.shape == (500, 7 * 4 * 4)


def test_a_unit_that_a_residual_sum_ties_goes_only_where_all_its_partners_are_silent():
    model = trained_looking(CifarResNet(1, 10, 3), 0)
    example = torch.ones(1, 3, 8, 8)
    kept = {"conv1": torch.arange(16) >= 5, "layer1.0.conv2": torch.arange(16) >= 3}
    small, _ = shrink(without_units(model, example, kept), example)
    assert len(small.conv1.weight) == len(small.layer1[0].conv2.weight) == 16 - 3
    assert small.layer2[0].conv1.in_channels == small.layer2[0].shortcut[0].in_channels == 16 - 3
    assert len(small.layer1[0].conv1.weight) == 16


def test_a_unit_whose_normalisation_still_speaks_stays():
    model = trained_looking(CifarResNet(1, 10, 3), 0)
    model.layer1[0].conv1.weight.data[:4] = 0
    assert size(shrink(model, torch.ones(1, 3, 8, 8)).model) == size(model)


def test_weights_that_are_pruned_one_by_one_take_no_unit_along():
    torch.manual_seed(0)
    model = LeNet300(10, 1, 8).eval()
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        parameter.data *= torch.rand(parameter.shape, generator=generator) < 0.5
    small, difference = shrink(model, torch.ones(1, 1, 8, 8))
    assert (size(small), difference) == (size(model), 0.0)


def test_a_collapsed_network_keeps_a_silent_unit_a_layer_and_its_outputs():
    model = trained_looking(CifarResNet(1, 10, 3), 0)
    example = torch.ones(1, 3, 8, 8)
    small, difference = shrink(without_units(model, example, random_units(model, 1.0, 0)), example)
    assert difference == 0
    assert set(widths(small).values()) == {1, 10}


def test_silent_outputs_of_the_network_stay():
    model = LeNet300(10, 1, 8).eval()
    model.fc3.weight.data[:4] = 0
    model.fc3.bias.data[:4] = 0
    assert shrink(model, torch.ones(1, 1, 8, 8)).model.fc3.out_features == 10


def test_the_model_that_is_given_keeps_its_size_and_its_gradient_flags():
    model = LeNet300(10, 1, 8).eval().requires_grad_(False)
    before = size(model)
    shrink(without_units(model, torch.ones(1, 1, 8, 8), random_units(model, 0.5, 0)), torch.ones(1, 1, 8, 8))
    assert size(model) == before
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_an_activation_that_is_not_zero_at_zero_is_found_out():
    model = nn.Sequential(nn.Linear(4, 6), nn.Sigmoid(), nn.Linear(6, 2)).eval()
    kept = {"0": torch.arange(6) >= 2}
    with pytest.raises(Unsupported, match="masked and shrunk outputs differ by"):
        shrink(without_units(model, torch.ones(1, 4), kept), torch.ones(1, 4))


class Scaled(nn.Module):
    """Scales its hidden units by a parameter that belongs to no layer."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 6), nn.Linear(6, 2)
        self.scale = nn.Parameter(torch.full((6,), 2.0))

    def forward(self, x):
        return self.second(self.first(x).relu() * self.scale)


@pytest.mark.parametrize(("silent_scales", "left"), [(0, 6), (3, 3), (6, 2)])
def test_a_parameter_that_belongs_to_no_layer_must_be_silent_too(silent_scales, left):
    model = without_units(Scaled().eval(), torch.ones(1, 4), {"first": torch.arange(6) >= 4})
    model.scale.data[:silent_scales] = 0
    assert shrink(model, torch.ones(1, 4)).model.first.out_features == left


class ForPredictionOnly(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x):
        if torch.is_grad_enabled():
            raise RuntimeError("no gradients here")
        return self.linear(x)


def test_a_network_that_cannot_be_followed_is_unsupported_with_a_reason():
    with pytest.raises(Unsupported, match="torch-pruning cannot follow the network: RuntimeError: no grad"):
        shrink(ForPredictionOnly().eval(), torch.ones(1, 4))


def test_the_difference_is_relative_to_the_largest_output():
    one, other = nn.Linear(1, 2, bias=False), nn.Linear(1, 2, bias=False)
    one.weight.data, other.weight.data = torch.tensor([[4.0], [2.0]]), torch.tensor([[4.0], [1.0]])
    assert output_difference(one, other, torch.ones(1, 1)) == 0.25
    assert output_difference(one, nn.Linear(1, 3), torch.ones(1, 1)) == float("inf")
    assert output_difference(one, nn.Linear(2, 2), torch.ones(1, 1)) == float("inf")


def test_the_measure_counts_the_small_network():
    model = LeNet300(10, 1, 8)
    example = torch.ones(1, 1, 8, 8)
    trial = trial_of(model, example)
    kept = {"fc1": torch.arange(300) < 30, "fc2": torch.arange(100) < 20}
    trial.final.load_state_dict(without_units(trial.dense, example, kept).state_dict())
    metrics = shrunk(trial, seconds=0).metrics
    assert metrics["shrunk_params"] == 64 * 30 + 30 + 30 * 20 + 20 + 20 * 10 + 10
    assert metrics["shrunk_macs"] == 64 * 30 + 30 * 20 + 20 * 10
    assert metrics["shrunk_max_difference"] <= TOLERANCE
    assert metrics["shrunk_latency_cpu_256_ms"] > 0


def test_importing_the_measures_does_not_import_torch_pruning():
    code = "import bench.measure, sys; sys.exit('torch_pruning' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
