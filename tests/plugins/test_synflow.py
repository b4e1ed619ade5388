"""SynFlow by hand, its conservation law, and that it empties no layer where magnitude does."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import nn

import bench_magnitude
import bench_synflow
from bench.engine.scoring import keep_masks
from bench.errors import Unsupported
from bench.registry.contracts import PruneInput
from bench_synflow.flow import Flow
from tests.plugins.weight_case import given_for, linear, normal, seeded

[SYNFLOW] = bench_synflow.bench_pruners()
MAGNITUDE = next(iter(bench_magnitude.bench_pruners()))


def two_layers(first: nn.Linear, second: nn.Linear) -> PruneInput:
    return given_for(nn.Sequential(first, nn.ReLU(), second), torch.randn(3, 2))


def test_scores_are_the_strengths_of_paths_by_hand():
    # R = 1·(1 + 2) + 2·(3 + 0.5) = 10
    flow = Flow(two_layers(linear([1.0, -2.0], [3.0, 0.5]), linear([-1.0, 2.0])))
    found = flow.scores()
    assert found["0"].tolist() == [[1.0, 2.0], [6.0, 1.0]]
    assert found["2"].tolist() == [[3.0, 7.0]]


def test_a_weight_whose_paths_are_cut_goes_next_by_hand():
    # scores ((4, 4), (5, 0.5)) and (8, 5.5); half of six go: 0.5, 4, 4. Then the 8 is cut off, and 5 = 5.
    given = two_layers(linear([1.0, 1.0], [5.0, 0.5]), linear([4.0, 1.0]))
    order = SYNFLOW.make({"rounds": 1, "density": 0.5})(given)
    assert order["0"].tolist() == [[1.0, 2.0], [4.0, 0.0]]
    assert order["2"].tolist() == [[3.0, 5.0]]


def deep_mlp() -> nn.Module:
    widths = [20, 60, 60, 120, 240, 60, 60, 60, 10]
    layers = [part for pair in pairwise(widths) for part in (nn.Linear(*pair), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def small_vgg() -> nn.Module:
    parts: list[nn.Module] = []
    for position, (inputs, outputs) in enumerate(pairwise((1, 8, 8, 16, 16, 64, 64, 64))):
        parts += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
        if position in (1, 3):
            parts.append(nn.MaxPool2d(2))
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


CASES = [(deep_mlp, (20,)), (small_vgg, (1, 12, 12))]


def kept(scores: dict[str, torch.Tensor], sparsity: float) -> list[int]:
    [masks] = keep_masks(scores, [sparsity], "global")
    return [int(mask.sum()) for mask in masks.values()]


@pytest.mark.parametrize(("build", "shape"), CASES)
@pytest.mark.parametrize("seed", [0, 1])
def test_synflow_empties_no_layer_where_magnitude_at_initialisation_does(
    build: Callable[[], nn.Module], shape: tuple[int, ...], seed: int
):
    given = given_for(seeded(build, seed), normal(1, *shape))
    by_flow, by_size = SYNFLOW.make({})(given), MAGNITUDE.make({})(given)
    total = sum(layer.weight.numel() for layer in given.layers.values())
    for sparsity in (0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999):
        left = kept(by_flow, sparsity)
        assert min(left) >= 1, sparsity
        assert sum(left) == total - round(sparsity * total)
    assert min(kept(by_size, 0.98)) == 0


@pytest.mark.parametrize(("build", "shape"), CASES)
def test_every_layer_carries_the_same_strength(build: Callable[[], nn.Module], shape: tuple[int, ...]):
    found = Flow(given_for(seeded(build), normal(1, *shape))).scores()
    strengths = [float(part.sum()) for part in found.values()]
    assert strengths == pytest.approx([strengths[0]] * len(strengths), rel=1e-9)
    assert strengths[0] > 0


def test_stored_means_and_biases_carry_no_strength():
    model = seeded(
        lambda: nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 1))
    )
    plain = Flow(given_for(model, normal(1, 1, 1, 1))).scores()
    model[1].running_mean.fill_(5.0)
    for shift in (model[0].bias, model[1].bias, model[3].bias):
        nn.init.constant_(shift, 7.0)
    shifted = Flow(given_for(model, normal(1, 1, 1, 1))).scores()
    assert all(torch.equal(plain[name], shifted[name]) for name in plain)


def test_a_stored_variance_scales_by_hand():
    model = nn.Sequential(linear([2.0]), nn.BatchNorm1d(1, eps=0.0), linear([3.0]))
    model[1].running_var.fill_(4.0)
    model[1].weight.data.fill_(-5.0)
    found = Flow(given_for(model, torch.ones(1, 1))).scores()
    assert found["0"].item() == found["2"].item() == pytest.approx(2 * 5 / 2 * 3)


def test_places_are_all_different_and_masks_nest():
    given = given_for(seeded(deep_mlp), normal(1, 20))
    order = SYNFLOW.make({"rounds": 10})(given)
    places = torch.cat([part.flatten() for part in order.values()])
    assert torch.equal(places.sort().values, torch.arange(len(places), dtype=torch.float64))
    for scope in ("global", "layer"):
        masks = keep_masks(order, [0.3, 0.9, 0.99], scope)
        for low, high in pairwise(masks):
            assert all(bool((low[name] | ~high[name]).all()) for name in order)


def test_each_cut_of_the_order_is_the_end_of_a_schedule_of_its_own():
    given = given_for(seeded(deep_mlp), normal(1, 20))
    long = SYNFLOW.make({"rounds": 10, "density": 0.01})(given)
    short = SYNFLOW.make({"rounds": 5, "density": 0.1})(given)
    [one], [other] = (keep_masks(order, [0.9], "global") for order in (long, short))
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("bent", [nn.Tanh, nn.SiLU, nn.ReLU6, lambda: nn.LayerNorm(4)])
def test_networks_that_do_not_scale_are_declined(bent: Callable[[], nn.Module]):
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 4), bent(), nn.Linear(4, 1)))
    model[0].weight.data *= 9
    with pytest.raises(Unsupported, match="scales with its input"):
        SYNFLOW.make({})(given_for(model, normal(1, 4)))


def test_a_strength_beyond_all_numbers_is_declined():
    model = nn.Sequential(*(linear([1e35]) for _ in range(10)))
    with pytest.raises(Unsupported, match="range of float64"):
        SYNFLOW.make({})(given_for(model, torch.ones(1, 1)))


def test_it_needs_no_data_but_their_shape():
    model = seeded(deep_mlp)
    one = SYNFLOW.make({"rounds": 3})(given_for(model, normal(1, 20)))
    other = SYNFLOW.make({"rounds": 3})(given_for(model, normal(5, 20, seed=9)))
    assert all(torch.equal(one[name], other[name]) for name in one)
