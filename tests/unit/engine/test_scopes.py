"""Budgets by layer: ERK and uniform+, against counts by hand, the published formula and a slow reference."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest
import torch
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from bench.engine.budget import share_out, zeros_of
from bench.engine.prune import PruneJob, pruning
from bench.engine.scopes import zeros_by_layer
from bench.engine.sparsifying import keep_counts
from bench.errors import Unsupported
from bench.registry.components import Pruner
from bench.registry.contracts import Layer


def layers_of(*shapes: tuple[int, ...], output: bool = True) -> dict[str, Layer]:
    return {
        str(index): Layer(
            str(index),
            "conv" if len(shape) == 4 else "linear",
            torch.zeros(shape),
            is_output=output and index == len(shapes) - 1,
        )
        for index, shape in enumerate(shapes)
    }


linear = st.tuples(st.integers(1, 60), st.integers(1, 60))
conv = st.tuples(st.integers(1, 30), st.integers(1, 30), st.integers(1, 5), st.integers(1, 5))
networks = st.lists(conv | linear, min_size=1, max_size=6).map(lambda shapes: layers_of(*shapes))
shares = st.floats(0, 1) | st.sampled_from([0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.29, 0.57])
places = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), min_size=1, max_size=5)


def size(layers: dict[str, Layer]) -> int:
    return sum(layer.weight.numel() for layer in layers.values())


def published_erk(shapes: list[tuple[int, ...]], sparsity: float) -> list[float]:
    """Densities as Evci et al. describe them: of the layers that overflow, the fullest becomes dense."""
    numel = [math.prod(shape) for shape in shapes]
    raw = [sum(shape) / math.prod(shape) for shape in shapes]
    dense: set[int] = set()
    while len(dense) < len(shapes):
        rest = (1 - sparsity) * sum(numel) - sum(numel[i] for i in dense)
        free = [i for i in range(len(shapes)) if i not in dense]
        epsilon = rest / sum(raw[i] * numel[i] for i in free)
        fullest = max(free, key=lambda i: raw[i])
        if epsilon * raw[fullest] <= 1:
            return [1.0 if i in dense else epsilon * raw[i] for i in range(len(shapes))]
        dense.add(fullest)
    return [1.0] * len(shapes)


def test_erk_by_hand():
    # kept in proportion to the sums of dimensions: 30, 20 and 10 of 60, of 200, 100 and 16 weights
    layers = layers_of((20, 10), (10, 10), (8, 2))
    assert sum(sum(layer.weight.shape) for layer in layers.values()) == 60
    zeros = zeros_by_layer(layers, 256 / 316, "erk")
    assert zeros == {"0": 200 - 30, "1": 100 - 20, "2": 16 - 10}


def test_a_layer_that_erk_would_overfill_stays_dense_and_the_others_share_the_rest():
    # 116 are kept; in proportion the last would get 19.3 of its 16, so 30 : 20 share the other 100
    zeros = zeros_by_layer(layers_of((20, 10), (10, 10), (8, 2)), 200 / 316, "erk")
    assert zeros == {"0": 200 - 60, "1": 100 - 40, "2": 0}


def test_kernels_count_among_the_dimensions_of_erk():
    # (8 + 4 + 3 + 3) = 18 against (10 + 8) = 18: equal counts for 288 and 80 weights
    zeros = zeros_by_layer(layers_of((8, 4, 3, 3), (10, 8)), 1 - 40 / 368, "erk")
    assert zeros == {"0": 288 - 20, "1": 80 - 20}


@for_all(networks, shares)
def test_erk_is_the_published_density_to_within_rounding(layers, sparsity):
    zeros = zeros_by_layer(layers, sparsity, "erk")
    exact = zeros_of(sparsity, size(layers)) / size(layers)
    densities = published_erk([tuple(layer.weight.shape) for layer in layers.values()], exact)
    for (name, layer), density in zip(layers.items(), densities, strict=True):
        kept = layer.weight.numel() - zeros[name]
        assert abs(kept - density * layer.weight.numel()) <= len(layers) / 2 + 1e-6


@for_all(networks, shares)
def test_erk_totals_are_exact_and_within_the_layers(layers, sparsity):
    zeros = zeros_by_layer(layers, sparsity, "erk")
    assert sum(zeros.values()) == zeros_of(sparsity, size(layers))
    assert all(0 <= zeros[name] <= layer.weight.numel() for name, layer in layers.items())


@for_all(networks, shares, shares)
def test_no_layer_regains_weights_under_erk(layers, one, other):
    low, high = sorted((one, other))
    lower, higher = (zeros_by_layer(layers, sparsity, "erk") for sparsity in (low, high))
    assert all(lower[name] <= higher[name] for name in layers)


def test_uniform_plus_by_hand():
    # 50 % of 36 + 100 + 100 + 20 = 256: 128 zeros over 220 weights that take part
    layers = layers_of((4, 1, 3, 3), (10, 10), (10, 10), (2, 10))
    assert zeros_by_layer(layers, 0.5, "uniform-plus") == {"0": 0, "1": 58, "2": 58, "3": 12}
    # 80 %: 205 zeros; the output layer stops at 16 of its 20
    assert zeros_by_layer(layers, 0.8, "uniform-plus") == {"0": 0, "1": 95, "2": 94, "3": 16}


def test_without_a_convolution_or_an_output_layer_uniform_plus_is_uniform():
    layers = layers_of((10, 10), (10, 5), output=False)
    assert zeros_by_layer(layers, 0.9, "uniform-plus") == {"0": 90, "1": 45}


@for_all(networks, shares, shares)
def test_uniform_plus_is_exact_bounded_and_monotone_wherever_it_is_possible(layers, one, other):
    first = next((name for name, layer in layers.items() if layer.kind == "conv"), None)
    most = {
        name: 0
        if name == first
        else layer.weight.numel() * 4 // 5
        if layer.is_output
        else layer.weight.numel()
        for name, layer in layers.items()
    }
    counts = []
    for sparsity in sorted((one, other)):
        due = zeros_of(sparsity, size(layers))
        if due > sum(most.values()):
            with pytest.raises(Unsupported, match="first convolution stays dense"):
                zeros_by_layer(layers, sparsity, "uniform-plus")
            continue
        zeros = zeros_by_layer(layers, sparsity, "uniform-plus")
        assert sum(zeros.values()) == due
        assert all(0 <= zeros[name] <= most[name] for name in layers)
        counts.append(zeros)
    for lower, higher in pairwise(counts):
        assert all(lower[name] <= higher[name] for name in layers)


@for_all(networks, shares, shares)
def test_under_the_uniform_budget_layers_regain_nothing_from_one_share_apart(layers, one, other):
    low, high = sorted((one, other))
    lower, higher = (zeros_by_layer(layers, sparsity, "layer") for sparsity in (low, high))
    for name, layer in layers.items():
        if (high - low) * layer.weight.numel() >= 1 + 1e-9:
            assert lower[name] <= higher[name]


def one_by_one(total: int, weights: dict[str, int], caps: dict[str, int]) -> dict[str, int]:
    """Webster's method as it is told: each place goes to the best quotient."""
    counts = dict.fromkeys(weights, 0)
    for _ in range(total):
        open_ = [name for name in weights if counts[name] < caps[name]]
        best = max(open_, key=lambda name: Fraction(weights[name], 2 * counts[name] + 1))
        counts[best] += 1
    return counts


@settings(max_examples=300)
@for_all(places, st.floats(0, 1))
def test_places_are_those_of_websters_method_one_by_one(parts, share):
    weights = {str(index): weight for index, (weight, _) in enumerate(parts)}
    caps = {str(index): cap for index, (_, cap) in enumerate(parts)}
    total = round(share * sum(caps.values()))
    assert share_out(total, weights, caps) == one_by_one(total, weights, caps)


def test_more_places_than_there_are_is_an_error():
    with pytest.raises(ValueError, match="4 places do not fit into 3"):
        share_out(4, {"a": 1}, {"a": 3})


def test_units_have_no_erk_but_uniform_plus():
    layers = layers_of((5, 1, 3, 3), (10, 5), (5, 10))
    with pytest.raises(Unsupported, match="says nothing about units"):
        zeros_by_layer(layers, 0.5, "erk", "unit")
    assert zeros_by_layer(layers, 0.5, "uniform-plus", "unit") == {"0": 0, "1": 7, "2": 3}


def job(given, scope: str, unit: str = "weight") -> PruneJob:
    def score(given):
        sizes = {name: layer.weight.abs() for name, layer in given.layers.items()}
        return sizes if unit == "weight" else {name: size.sum(1) for name, size in sizes.items()}

    pruner = Pruner(name="x", summary="Magnitude.", build=lambda _: score, unit=unit)
    params = {"scope": scope} | ({"budget": "units"} if unit == "unit" else {})
    return PruneJob(pruner, params, 0, given, given.batch(1)[0])


@pytest.mark.parametrize("scope", ["erk", "uniform-plus"])
def test_scores_become_nested_masks_with_the_scopes_counts(given, scope):
    sparsities = [0.1, 0.5, 0.7]
    at = pruning(job(given, scope), sparsities, check_repeat=True)
    for sparsity in sparsities:
        due = zeros_by_layer(given.layers, sparsity, scope)
        assert {name: int((~mask).sum()) for name, mask in at(sparsity).masks.items()} == due
    for low, high in pairwise(sparsities):
        assert all(bool((at(low).masks[name] | ~at(high).masks[name]).all()) for name in given.layers)


def test_a_sparsity_that_the_scope_cannot_reach_costs_no_other(given):
    at = pruning(job(given, "uniform-plus"), [0.5, 1.0], check_repeat=False)
    assert sum(int((~mask).sum()) for mask in at(0.5).masks.values()) == 28
    with pytest.raises(Unsupported, match=r"can remove 51 of 56 \(91.1%\), not 56"):
        at(1.0)


def test_unit_masks_follow_uniform_plus(given):
    units = pruning(job(given, "uniform-plus", "unit"), [0.5], check_repeat=False)(0.5).units
    assert {name: int((~kept).sum()) for name, kept in units.items()} == {"0": 4}  # the outputs stay


@pytest.mark.parametrize("scope", ["erk", "uniform-plus"])
def test_sparsifiers_are_told_the_scopes_counts(given, scope):
    keep = keep_counts(given.layers, 0.5, scope)
    zeros = zeros_by_layer(given.layers, 0.5, scope)
    assert keep == {name: layer.weight.numel() - zeros[name] for name, layer in given.layers.items()}
