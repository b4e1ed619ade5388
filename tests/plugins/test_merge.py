"""Merging of co-linear units: exact where they are, and data-free."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import bench_units
from bench import Scored, Unsupported
from bench.engine.prune import PruneJob, pruning
from bench.engine.pruned import apply_pruning, rewritten
from bench.engine.units import hidden_layers
from bench_models.lenet import LeNet5, LeNet300
from bench_models.resnet import CifarResNet
from bench_units.directions import groups_of
from tests.plugins.test_units import given_for

MERGE = {pruner.name: pruner for pruner in bench_units.bench_pruners()}["merge"]


def asked(
    model: nn.Module, shape: tuple[int, ...], dtype: torch.dtype = torch.float32, **params: float
) -> Scored:
    given = given_for(model, shape, dtype=dtype)
    return MERGE.make(params)(replace(given, layers=hidden_layers(given.layers)))


@torch.no_grad()
def outputs(model: nn.Module, shape: tuple[int, ...], seed: int = 3) -> Tensor:
    inputs = torch.randn(64, *shape, generator=torch.Generator().manual_seed(seed)).double()
    return copy.deepcopy(model).double().eval()(inputs)


@torch.no_grad()
def duplicated(model: nn.Module, layer: str, norm: str = "") -> nn.Module:
    """`model`, each odd unit of `layer` a positive multiple of the one before it."""
    module = model.get_submodule(layer)
    factors = 0.5 + torch.arange(len(module.weight[1::2])) % 3
    shape = [-1] + [1] * (module.weight.ndim - 1)
    module.weight[1::2] = module.weight[0::2][: len(factors)] * factors.view(shape)
    if module.bias is not None:
        module.bias[1::2] = module.bias[0::2][: len(factors)] * factors
    if norm:
        behind = model.get_submodule(norm)
        behind.running_mean[1::2] = behind.running_mean[0::2][: len(factors)] * factors
        behind.running_var[1::2] = behind.running_var[0::2][: len(factors)]
        behind.bias[1::2] = behind.bias[0::2][: len(factors)] * factors
        behind.weight[1::2] = behind.weight[0::2][: len(factors)]
    return model


def normalised() -> nn.Module:
    torch.manual_seed(5)
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()
    )
    model.append(nn.Linear(54, 4))
    for part in (model[1].weight, model[1].bias, model[1].running_mean, model[1].running_var):
        nn.init.uniform_(part, 0.5, 1.5)
    return model


CASES = {
    "linear": (lambda: LeNet300(10, 1, 8), ("fc1",), (1, 8, 8), 150),
    "linear-within": (lambda: LeNet300(10, 1, 8), ("fc2",), (1, 8, 8), 50),
    "conv": (lambda: LeNet5(10, 1, 28), ("conv1",), (1, 28, 28), 10),
    "conv-flattened": (lambda: LeNet5(10, 1, 28), ("conv2",), (1, 28, 28), 25),
    "normalised": (normalised, ("0", "1"), (1, 8, 8), 3),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("dtype", "error"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
def test_co_linear_units_are_merged_exactly(case: str, dtype: torch.dtype, error: float) -> None:
    build, names, shape, count = CASES[case]
    torch.manual_seed(0)
    model = duplicated(build().to(dtype), *names)
    found = asked(model, shape, dtype, cosine=0.9999)
    network = rewritten(model, found.values)
    due, have = outputs(model, shape), outputs(network, shape)
    assert float((have - due).abs().max()) < error * float(due.abs().max())
    assert sum(int((score == 0).sum()) for score in found.scores.values()) == count


@given(
    units=st.integers(1, 6),
    copies=st.lists(st.floats(0.01, 100.0), min_size=1, max_size=5),
    seed=st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None)
def test_any_positive_multiples_fold_into_one(units: int, copies: list[float], seed: int) -> None:
    torch.manual_seed(seed)
    width = units * (1 + len(copies))
    model = nn.Sequential(nn.Linear(5, width), nn.ReLU(), nn.Linear(width, 3)).double()
    with torch.no_grad():
        for part in (model[0].weight, model[0].bias):
            part.copy_(torch.cat([part[:units] * factor for factor in (1.0, *copies)]))
    found = asked(model, (5,), torch.float64, cosine=0.999999)
    network = rewritten(model, found.values)
    due, have = outputs(model, (5,)), outputs(network, (5,))
    assert float((have - due).abs().max()) <= 1e-12 * float(due.abs().max())
    assert int((found.scores["0"] > 0).sum()) == units


def test_opposite_and_merely_similar_units_stay_apart() -> None:
    model = nn.Sequential(nn.Linear(2, 3, bias=False), nn.ReLU(), nn.Linear(3, 1))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0, 0.0], [-1.0, 0.0], [1.0, 1.0]]))
    assert asked(model, (2,)).values == {}
    assert asked(model, (2,), cosine=0.7).values.keys() == {"0.weight", "2.weight"}


def test_a_bias_is_one_of_the_weights() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0, 0.0], [2.0, 0.0]]))
        model[0].bias.copy_(torch.tensor([1.0, 2.0]))
        assert asked(model, (2,)).values
        model[0].bias.copy_(torch.tensor([1.0, -2.0]))
        assert not asked(model, (2,)).values


def test_the_strongest_unit_of_a_group_stays_with_the_summed_readers() -> None:
    model = nn.Sequential(nn.Linear(1, 3, bias=False), nn.ReLU(), nn.Linear(3, 1, bias=False))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0], [2.0], [4.0]]))
        model[2].weight.copy_(torch.tensor([[1.0, 5.0, -0.5]]))
    found = asked(model, (1,))
    assert found.values["0.weight"].flatten().tolist() == [0.0, 2.0, 0.0]
    assert found.values["2.weight"].flatten().tolist() == pytest.approx([0.0, 0.5 + 5.0 - 1.0, 0.0])
    assert found.scores["0"].tolist() == pytest.approx([0.0, 9.0, 0.0])


def test_merging_in_one_layer_can_make_units_of_the_next_co_linear() -> None:
    torch.manual_seed(0)
    model = duplicated(
        nn.Sequential(nn.Linear(4, 2), nn.ReLU(), nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1)), "0"
    )
    with torch.no_grad():
        model[0].weight[1], model[0].bias[1] = model[0].weight[0], model[0].bias[0]
        model[2].weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 3.0]]))
        model[2].bias.zero_()
    found = asked(model, (4,))
    assert [int((score > 0).sum()) for score in found.scores.values()] == [1, 1]


@pytest.mark.parametrize("fill", [0.0, 1e6])
def test_no_value_of_the_data_counts(fill: float) -> None:
    model, shape = duplicated(LeNet5(10, 1, 28), "conv1"), (1, 28, 28)
    given = given_for(model, shape)
    images = torch.full((1, *shape), fill)
    asks = []
    other = MERGE.make({})(replace(given, batch=lambda size: asks.append(size) or (images, torch.zeros(1))))
    found = MERGE.make({})(given)
    assert asks == [1]
    assert all(torch.equal(found.scores[name], other.scores[name]) for name in found.scores)
    assert all(torch.equal(found.values[name], other.values[name]) for name in found.values)


def test_an_over_realised_student_keeps_as_many_units_as_it_has_directions() -> None:
    generator = torch.Generator().manual_seed(0)
    teacher = torch.randn(20, 30, generator=generator)
    assigned = torch.arange(200) % 20
    model = nn.Sequential(nn.Linear(29, 200), nn.ReLU(), nn.Linear(200, 7))
    with torch.no_grad():
        rows = teacher[assigned] * torch.rand(200, 1, generator=generator).add(0.1)
        rows += 0.01 * torch.randn(200, 30, generator=generator)
        model[0].weight.copy_(rows[:, :-1])
        model[0].bias.copy_(rows[:, -1])
    shape = (29,)
    job = PruneJob(
        MERGE, MERGE.resolve({"budget": "units"}), 0, given_for(model, shape), torch.zeros(1, *shape)
    )
    at = pruning(job, [0.9, 0.905], check_repeat=True)
    kept, fewer = copy.deepcopy(model), copy.deepcopy(model)
    apply_pruning(kept, at(0.9))
    apply_pruning(fewer, at(0.905))
    assert int(at(0.9).units["0"].sum()) == 20
    due = outputs(model, shape)
    worse = [float((outputs(cut, shape) - due).norm() / due.norm()) for cut in (kept, fewer)]
    assert worse[0] < 0.05 < worse[1]


def test_silent_units_are_nobodys_partners() -> None:
    model = LeNet300(10, 1, 8)
    with torch.no_grad():
        model.fc1.weight[:5] = 0.0
        model.fc1.bias[:5] = 0.0
        model.fc2.weight[:, 5:9] = 0.0
    found = asked(model, (1, 8, 8))
    assert found.values == {}
    assert int((found.scores["fc1"] == 0).sum()) == 9


def test_networks_with_residual_sums_are_declined() -> None:
    with pytest.raises(Unsupported, match="does not scale with each unit"):
        asked(CifarResNet(1, 10, 3), (3, 8, 8))


def test_a_normalisation_without_running_statistics_is_declined() -> None:
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3, track_running_stats=False), nn.ReLU())
    model.extend([nn.Flatten(), nn.Linear(12, 2)])
    with pytest.raises(Unsupported, match="keeps no running statistics"):
        asked(model, (1, 4, 4))


@given(seed=st.integers(0, 500), cosine=st.sampled_from([0.5, 0.8, 0.95]))
@settings(max_examples=40, deadline=None)
def test_any_two_of_a_group_are_as_near_as_asked(seed: int, cosine: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    centres = torch.randn(3, 4, generator=generator)
    rows = centres[torch.arange(20) % 3] + 0.3 * torch.randn(20, 4, generator=generator)
    unit = torch.nn.functional.normalize(rows.double(), dim=1)
    groups = groups_of(rows, cosine)
    assert all(float((unit[group] @ unit[group].T).min()) >= cosine - 1e-9 for group in groups)
    places = [int(place) for group in groups for place in group]
    assert len(set(places)) == len(places)
    for one in range(len(groups)):
        for other in range(one + 1, len(groups)):  # none could have been joined
            assert float((unit[groups[one]] @ unit[groups[other]].T).min()) < cosine + 1e-9
