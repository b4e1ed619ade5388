from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from bench.engine.scoring import check_scores, keep_masks
from bench.errors import TrialFault


def zeros(masks):
    return {name: int((~mask).sum()) for name, mask in masks.items()}


def test_global_scope_ranks_all_layers_together():
    scores = {"small": torch.arange(10.0), "large": torch.arange(10.0) + 100}
    [masks] = keep_masks(scores, [0.5], "global")
    assert zeros(masks) == {"small": 10, "large": 0}


def test_layer_scope_removes_the_same_share_of_each():
    scores = {"small": torch.arange(10.0), "large": torch.arange(20.0) + 100}
    [masks] = keep_masks(scores, [0.5], "layer")
    assert zeros(masks) == {"small": 5, "large": 10}


@pytest.mark.parametrize("scope", ["global", "layer"])
def test_ties_at_the_threshold_prune_exactly_k(scope):
    scores = {"a": torch.ones(7, 3), "b": torch.ones(11)}
    for sparsity in (0.1, 1 / 3, 0.5, 0.9):
        [masks] = keep_masks(scores, [sparsity], scope)
        assert sum(zeros(masks).values()) == round(sparsity * 32)


@pytest.mark.parametrize("scope", ["global", "layer"])
def test_masks_nest_as_sparsity_grows(scope):
    generator = torch.Generator().manual_seed(0)
    scores = {
        "a": torch.rand(40, generator=generator),
        "b": torch.rand(24, generator=generator).round(decimals=1),
    }
    masks = keep_masks(scores, [0.25, 0.5, 0.75, 0.875], scope)
    for denser, sparser in pairwise(masks):
        assert all(bool((denser[name] | ~sparser[name]).all()) for name in scores)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (None, "not scores by layer name"),
        ({"0": torch.ones(8, 4)}, "differ in 2"),
        ({"0": torch.ones(8, 4), "2": torch.ones(3, 8), "9": torch.ones(1)}, "differ in 9"),
        ({"0": torch.ones(8, 4), "2": torch.ones(8, 3)}, "shape (8, 3), not (3, 8)"),
        ({"0": torch.ones(8, 4), "2": [1.0]}, "not a tensor"),
        ({"0": torch.ones(8, 4), "2": torch.full((3, 8), torch.nan)}, "hold NaN"),
        ({"0": torch.ones(8, 4), "2": torch.ones(3, 8, device="meta")}, "are on meta"),
    ],
)
def test_unsound_scores_are_a_fault_that_names_the_pruner(given, scores, said):
    with pytest.raises(TrialFault) as caught:
        check_scores(scores, given.layers, "weight", "pruner 'x'")
    assert said in str(caught.value)
    assert caught.value.component == "pruner 'x'"


def test_scores_of_units_have_one_value_an_output(given):
    scores = {"0": torch.ones(8), "2": torch.ones(3)}
    assert check_scores(scores, given.layers, "unit", "x").keys() == scores.keys()
    with pytest.raises(TrialFault, match=r"shape \(8,\), not \(8, 4\)"):
        check_scores(scores, given.layers, "weight", "x")
