"""N:M patterns by hand, for any sizes, and what is declined."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given as for_all
from hypothesis import strategies as st
from torch import nn

import bench_n_m
from bench.engine.sparsifying import keep_counts
from bench.errors import Unsupported, UserError
from tests.plugins.weight_case import given_for, linear, normal

[N_M] = bench_n_m.bench_pruners()


def mask_of(layer: nn.Module, n: int = 2, m: int = 4) -> torch.Tensor:
    given = given_for(nn.Sequential(layer), torch.zeros(1, 1))
    return N_M.make({"n": n, "m": m})(given, keep_counts(given.layers, 1 - n / m, "layer"))["0"].mask


def test_two_of_four_by_hand():
    mask = mask_of(linear([1.0, -5.0, 2.0, 3.0, 4.0, 4.0, -1.0, 0.0]))
    assert mask.int().tolist() == [[0, 1, 0, 1, 1, 1, 0, 0]]


def test_of_equal_weights_the_later_stay():
    assert mask_of(linear([1.0, -1.0, 1.0, 1.0])).int().tolist() == [[0, 0, 1, 1]]


def test_a_convolution_is_read_along_its_input_channels():
    conv = nn.Conv2d(4, 1, (1, 2), bias=False)
    conv.weight.data = torch.tensor([[4.0, 1.0], [3.0, 2.0], [2.0, 3.0], [1.0, 4.0]]).view(1, 4, 1, 2)
    assert mask_of(conv).view(4, 2).int().tolist() == [[1, 0], [1, 0], [0, 1], [0, 1]]


def test_short_groups_hold_at_most_n_and_make_the_count_exact_by_hand():
    # rows of 3 are groups of 4 with a zero: of 9 weights round(9 / 2) = 4 go, the largest 5 stay
    mask = mask_of(linear([9.0, 8.0, 7.0], [6.0, 5.0, 1.0], [4.0, 1.0, 2.0]))
    assert mask.int().tolist() == [[1, 1, 0], [1, 1, 0], [1, 0, 0]]


shapes = st.tuples(st.integers(1, 9), st.integers(1, 19), st.sampled_from([(), (1, 1), (3, 3), (2, 1)]))
patterns = st.sampled_from([(1, 2), (2, 4), (1, 4), (3, 4), (4, 8), (5, 7)])


@for_all(shapes, patterns)
def test_whole_groups_hold_n_short_ones_at_most_n_and_the_total_is_the_harnesss(shape, pattern):
    (outputs, inputs, kernel), (n, m) = shape, pattern
    layer = nn.Conv2d(inputs, outputs, kernel) if kernel else nn.Linear(inputs, outputs)
    layer.weight.data = normal(*layer.weight.shape).round(decimals=1)
    given = given_for(nn.Sequential(layer), torch.zeros(1, 1))
    keep = keep_counts(given.layers, 1 - n / m, "layer")
    last = min(n, inputs % m) if inputs % m else 0
    whole = n * (inputs // m)
    rows = layer.weight.numel() // inputs
    if not rows * whole <= keep["0"] <= rows * (whole + last):
        with pytest.raises(Unsupported, match="no room"):
            N_M.make({"n": n, "m": m})(given, keep)
        return
    mask = N_M.make({"n": n, "m": m})(given, keep)["0"].mask
    assert int(mask.sum()) == keep["0"]
    for row in mask.movedim(1, -1).flatten(0, -2):
        for group in row.split(m):
            assert int(group.sum()) == n if len(group) == m else int(group.sum()) <= n


@for_all(st.integers(1, 9), st.integers(1, 5), patterns)
def test_the_kept_of_a_group_are_its_largest(outputs, groups, pattern):
    n, m = pattern
    layer = nn.Linear(groups * m, outputs)
    layer.weight.data = normal(outputs, groups * m)
    size, mask = layer.weight.detach().abs().view(-1, m), mask_of(layer, n, m).view(-1, m)
    assert torch.equal(size[mask].view(-1, n).sort().values, size.sort().values[:, m - n :])


@pytest.mark.parametrize("sparsity", [0.0, 0.4, 0.75, 1.0])
def test_other_sparsities_are_declined_with_the_one_there_is(sparsity: float):
    given = given_for(nn.Sequential(nn.Linear(8, 8)), torch.zeros(1, 8))
    with pytest.raises(Unsupported, match=r"2:4 keeps 0.5 of each layer.* ask for sparsity 0.5"):
        N_M.make({})(given, keep_counts(given.layers, sparsity, "layer"))


def test_a_pattern_that_removes_nothing_is_the_users_mistake():
    with pytest.raises(UserError, match="n = 4 of m = 4 removes nothing"):
        N_M.make({"n": 4})


def test_only_the_uniform_budget_fits_a_pattern():
    assert N_M.resolve({})["scope"] == "layer"
    with pytest.raises(UserError, match="is not one of layer"):
        N_M.resolve({"scope": "global"})
