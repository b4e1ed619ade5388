"""Which networks banks know, and which they leave alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrize

from bench.engine.bank.chain import chain_of
from bench_models.lenet import LeNet5, LeNet300
from bench_models.resnet import CifarResNet


class Scaled(nn.Module):
    """A weight with a scale for each output."""

    def __init__(self, outputs):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(outputs, 1))

    def forward(self, weight):
        return weight * self.scale


class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        return self.fc(x) + x


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        return self.fc(functional.relu(self.fc(x)))


class Deciding(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        return self.fc(x) if x.sum() > 0 else self.fc(-x)


class Scaling(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        return self.fc(x * 2)


class Exiting(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        raise SystemExit


class Own(nn.Linear):
    def forward(self, x):
        return super().forward(x) + 1


def spare():
    model = nn.Sequential(nn.Linear(4, 3))
    model.register_parameter("spare", nn.Parameter(torch.ones(2)))
    return model


def frozen():
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    model[0].weight.requires_grad_(requires_grad=False)
    return model


def shared():
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
    model[2].weight = model[0].weight
    return model


def hooked():
    model = nn.Sequential(nn.Linear(4, 3))
    model[0].register_forward_hook(lambda *_: None)
    return model


def parametrized():
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    parametrize.register_parametrization(model[0], "weight", Scaled(3))
    return model


@pytest.mark.parametrize(
    "build",
    [
        lambda: LeNet300(10, 1, 8),
        lambda: nn.Sequential(nn.Linear(3, 2, bias=False)),
        lambda: nn.Sequential(nn.Identity(), nn.Linear(3, 2), nn.Sequential(nn.ReLU(), nn.Linear(2, 1))),
        parametrized,
        frozen,
    ],
)
def test_perceptrons_are_chains_that_pay_on_a_cpu(build):
    assert chain_of(build()).is_flat


def test_lenet_5_is_a_chain_that_pays_on_a_gpu_alone():
    assert not chain_of(LeNet5(10, 1, 28)).is_flat


@pytest.mark.parametrize(
    "build",
    [
        Branching,
        Twice,
        Deciding,
        Scaling,
        Exiting,
        spare,
        shared,
        hooked,
        lambda: CifarResNet(1, 10, 3),
        lambda: Own(3, 2),
        nn.ReLU,
        lambda: nn.Sequential(nn.ReLU(), nn.Linear(3, 2)),
        lambda: nn.Sequential(nn.Linear(3, 2), nn.Dropout()),
        lambda: nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)),
        lambda: nn.Sequential(nn.Linear(3, 2), nn.Tanh()),
        lambda: nn.Sequential(nn.Linear(3, 2).double()),
        lambda: nn.utils.parametrizations.weight_norm(nn.Linear(3, 2), "bias"),
        lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(3, 2)),
        lambda: nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular")),
        lambda: nn.Sequential(nn.Unflatten(1, (2, 2)), nn.Linear(2, 1)),
    ],
)
def test_other_networks_are_left_alone(build):
    assert chain_of(build()) is None
