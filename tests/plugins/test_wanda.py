"""Wanda by hand, its norms against unfolding, and its ranking by rows."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given as for_all
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

import bench_wanda
from bench.engine.scoring import keep_masks
from bench.testing.tiny import SHARED
from bench_wanda.norms import input_norms
from bench_wanda.scores import ranked_in_rows
from tests.plugins.weight_case import given_for, linear, normal, seeded

[WANDA] = bench_wanda.bench_pruners()


def test_scores_by_hand():
    # inputs (3, 1) and (4, 0): norms 5 and 1
    given = given_for(nn.Sequential(linear([1.0, -2.0], [3.0, 1.0])), torch.tensor([[3.0, 1.0], [4.0, 0.0]]))
    assert WANDA.make({"group": "layer"})(given)["0"].tolist() == [[5.0, 2.0], [15.0, 1.0]]
    assert WANDA.make({})(given)["0"].tolist() == [[0.75, 0.125], [0.875, 0.0]]


def test_the_batch_has_the_size_that_is_asked_for():
    given = given_for(nn.Sequential(linear([1.0])), torch.tensor([[3.0], [4.0]]))
    assert WANDA.make({"group": "layer", "batch_size": 1})(given)["0"].item() == 3.0
    assert WANDA.make({"group": "layer", "batch_size": 2})(given)["0"].item() == 5.0


@pytest.mark.parametrize(
    "layer",
    [
        lambda: nn.Conv2d(4, 6, 3),
        lambda: nn.Conv2d(4, 6, (3, 2), stride=2, padding=1),
        lambda: nn.Conv2d(4, 6, 3, dilation=2, padding=2, groups=2),
        lambda: nn.Conv2d(4, 4, 3, padding=1, groups=4, bias=False),
    ],
)
def test_norms_of_a_convolution_are_those_of_its_unfolded_input(layer):
    conv = seeded(layer)
    inputs = normal(5, 4, 7, 8)
    patches = functional.unfold(inputs, conv.kernel_size, conv.dilation, conv.padding, conv.stride)
    by_place = patches.double().square().sum((0, 2)).sqrt().view(conv.groups, 1, -1, *conv.kernel_size)
    due = by_place.expand(-1, len(conv.weight) // conv.groups, -1, -1, -1).reshape(conv.weight.shape)
    have = input_norms(given_for(nn.Sequential(conv), inputs), 5)["0"]
    assert torch.allclose(have, due, rtol=1e-6)


def test_tokens_count_as_examples():
    inputs = normal(2, 3, 4)
    have = input_norms(given_for(nn.Sequential(nn.Linear(4, 5)), inputs), 2)["0"]
    assert torch.allclose(have, inputs.double().square().sum((0, 1)).sqrt().expand(5, 4), rtol=1e-6)


def test_a_shared_weight_sees_the_inputs_of_all_who_use_it():
    model = SHARED.model()
    inputs = normal(3, 7)
    hidden = functional.relu(model.first(inputs)).detach()
    due = torch.cat([inputs, hidden]).double().square().sum(0).sqrt()
    assert torch.allclose(input_norms(given_for(model, inputs), 3)["first"], due.expand(7, 7), rtol=1e-6)


metrics = st.tuples(st.integers(1, 6), st.integers(1, 9), st.integers(0, 10**6))


@for_all(metrics, st.floats(0, 1))
def test_a_layers_smallest_are_the_smallest_of_each_row(case, share):
    rows, columns, seed = case
    metric = normal(rows, columns, seed=seed).abs().round(decimals=1)
    [masks] = keep_masks({"a": ranked_in_rows(metric)}, [share], "layer")
    lost = (~masks["a"]).sum(1)
    assert int(lost.max() - lost.min()) <= 1
    for row, mask in zip(metric, masks["a"], strict=True):
        assert _largest(row[~mask]) <= _least(row[mask])


def _largest(values: torch.Tensor) -> float:
    return float(values.max()) if len(values) else -1.0


def _least(values: torch.Tensor) -> float:
    return float(values.min()) if len(values) else float("inf")


def test_ranks_mean_the_same_in_layers_of_any_size_and_scale():
    scores = {
        "small": ranked_in_rows(normal(4, 10).abs()),
        "large": ranked_in_rows(normal(8, 40).abs() * 1e3),
    }
    [masks] = keep_masks(scores, [0.5], "global")
    assert {name: int((~mask).sum()) for name, mask in masks.items()} == {"small": 20, "large": 160}


def test_an_activation_that_is_no_number_has_no_place():
    given = given_for(nn.Sequential(linear([1.0, 2.0])), torch.tensor([[torch.nan, 1.0]]))
    with pytest.raises(ValueError, match="NaN"):
        WANDA.make({})(given)
