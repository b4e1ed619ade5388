"""Readers of units through what scales with each of them, and what is refused."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.errors import Unsupported
from bench.structure import homogeneous_readers
from bench.testing.tiny import CONV, GROUPED, LINEAR, RESIDUAL, SHARED, SINGLE
from bench_models.lenet import LeNet5


def readers(model: nn.Module, *shape: int) -> dict[str, tuple[str, ...]]:
    return homogeneous_readers(model.eval(), torch.zeros(1, *shape))


def with_between(*between: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Linear(4, 5), nn.Sequential(*between), nn.Linear(5, 3))


def trained_norm(norm: nn.Module) -> nn.Module:
    for part in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
        nn.init.uniform_(part, 0.5, 1.5)
    return norm


def uneven_slopes() -> nn.PReLU:
    prelu = nn.PReLU(5)
    with torch.no_grad():
        prelu.weight[2] = 0.7
    return prelu


class Branching(nn.Module):
    """Two layers that read the same units, one of which the output adds to the other's."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.one, self.other = nn.Linear(4, 5), nn.Linear(5, 3), nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.stem(x))
        out: Tensor = self.one(x) + self.other(2 * x)
        return out


class Leaking(nn.Module):
    """Units that a layer reads, and that are part of the output too."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.out = nn.Linear(4, 5), nn.Linear(5, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.stem(x))
        out: Tensor = self.out(x) + x
        return out


class Twice(nn.Module):
    """A layer that runs twice."""

    def __init__(self) -> None:
        super().__init__()
        self.again, self.out = nn.Linear(4, 4), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.out(functional.relu(self.again(functional.relu(self.again(x)))))
        return out


def test_chains_are_read_layer_by_layer_through_pooling_and_flattening() -> None:
    assert readers(LINEAR.model(), *LINEAR.shape) == {"0": ("2",), "2": ("4",)}
    assert readers(CONV.model(), *CONV.shape) == {"0": ("2",), "2": ("5",)}
    assert readers(LeNet5(10, 1, 28), 1, 28, 28) == {"conv1": ("conv2",), "conv2": ("fc1",), "fc1": ("fc2",)}


def test_a_single_layer_has_no_readers() -> None:
    assert readers(SINGLE.model(), *SINGLE.shape) == {}


def test_all_layers_that_read_the_units_are_named() -> None:
    assert readers(Branching(), 4) == {"stem": ("one", "other")}


@pytest.mark.parametrize(
    "between",
    [
        nn.ReLU(inplace=True),
        nn.LeakyReLU(0.1),
        nn.PReLU(),
        nn.Identity(),
        nn.Sequential(nn.ReLU(), nn.Dropout(0.5)),
        trained_norm(nn.BatchNorm1d(5)),
    ],
    ids=lambda module: type(module).__name__,
)
def test_what_scales_with_each_unit_is_passed(between: nn.Module) -> None:
    assert readers(with_between(between), 4) == {"0": ("2",)}


@pytest.mark.parametrize(
    "between",
    [
        nn.Sigmoid(),
        nn.Tanh(),
        nn.GELU(),
        nn.SiLU(),
        nn.ELU(),
        nn.ReLU6(),
        nn.Hardswish(),
        nn.Softplus(),
        nn.Softmax(-1),
        nn.LayerNorm(5),
        nn.Sequential(nn.ReLU(), trained_norm(nn.BatchNorm1d(5))),
    ],
    ids=lambda module: type(module).__name__,
)
def test_what_does_not_scale_is_refused(between: nn.Module) -> None:
    with pytest.raises(Unsupported, match="between 0 and 2 does not scale with each unit"):
        readers(with_between(between), 4)


def test_slopes_that_differ_by_unit_are_refused() -> None:
    with pytest.raises(Unsupported, match="does not treat all units alike"):
        readers(with_between(uneven_slopes()), 4)


@pytest.mark.parametrize(
    ("model", "shape", "said"),
    [
        (RESIDUAL.model(), RESIDUAL.shape, "does not scale with each unit"),
        (GROUPED.model(), GROUPED.shape, "is a grouped convolution"),
        (SHARED.model(), SHARED.shape, "first shares its weight with again"),
        (Leaking(), (4,), "part of the output too"),
        (Twice(), (4,), "again runs 2 times"),
    ],
    ids=["residual", "grouped", "shared", "leaking", "twice"],
)
def test_other_networks_are_refused_with_the_reason(
    model: nn.Module, shape: tuple[int, ...], said: str
) -> None:
    with pytest.raises(Unsupported, match=said):
        readers(model, *shape)


def test_the_model_and_the_global_generator_stay_as_they_are() -> None:
    model = LeNet5(10, 1, 28).eval()
    state, before = torch.random.get_rng_state(), {n: p.clone() for n, p in model.state_dict().items()}
    first = readers(model, 1, 28, 28)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(before[name], part) for name, part in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())
    assert readers(model, 1, 28, 28) == first
