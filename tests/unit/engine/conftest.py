"""A small network, its task and its pruning input."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from bench.engine.data import DeviceData
from bench.engine.prunable import prunable_layers
from bench.registry.contracts import PruneInput, Split, TaskData


@pytest.fixture
def task():
    """Sixty points in four dimensions, three classes apart."""
    generator = torch.Generator().manual_seed(0)
    targets = torch.arange(60) % 3
    centres = torch.eye(4)[:3] * 4
    inputs = centres[targets] + torch.randn(60, 4, generator=generator) * 0.3
    return TaskData(
        train=Split(inputs[:45], targets[:45]),
        test=Split(inputs[45:], targets[45:]),
        kind="classification",
        num_classes=3,
        in_channels=4,
        image_size=1,
    )


@pytest.fixture
def data(task):
    return DeviceData.place(task, torch.device("cpu"))


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)).eval()


@pytest.fixture
def given(network, data):
    return PruneInput(
        model=network,
        layers=prunable_layers(network, include_output=True),
        generator=torch.Generator().manual_seed(0),
        batch=lambda size: data.held_batch(size, torch.Generator().manual_seed(1)),
        loss=nn.functional.cross_entropy,
    )
