from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.engine.budget import apportion
from bench.engine.ranking import counted_further, further_masks, ordered, zeros
from bench.engine.scoring import keep_masks
from bench.linalg import topk_masks_exact

A = {"a": torch.tensor([3.0, 1.0, 2.0, 4.0]), "b": torch.tensor([[0.5, 5.0], [6.0, 7.0]])}
ALL = {"a": torch.ones(4, dtype=torch.bool), "b": torch.ones(2, 2, dtype=torch.bool)}


def random_scores(seed):
    generator = torch.Generator().manual_seed(seed)
    # few values, so that there are ties, and -inf, which sorts with what is pruned
    draws = {name: torch.randint(0, 5, (size,), generator=generator).float() for name, size in SIZES.items()}
    return {name: torch.where(draw == 0, -torch.inf, draw) for name, draw in draws.items()}


SIZES = {"a": 7, "b": 31, "c": 1, "d": 12}


def test_what_was_pruned_stays_pruned_however_it_now_scores():
    alive = ALL | {"b": torch.tensor([[True, True], [True, False]])}
    masks = further_masks(A, alive, 0.375, "global")
    assert masks["a"].tolist() == [True, False, True, True]
    assert masks["b"].tolist() == [[False, True], [True, False]]


def test_counts_are_met_in_each_layer():
    masks = counted_further(A, ALL, {"a": 3, "b": 1})
    assert masks["a"].tolist() == [False, False, False, True]
    assert masks["b"].tolist() == [[False, True], [True, True]]


@pytest.mark.parametrize("scope", ["global", "layer"])
@pytest.mark.parametrize("sparsity", [0.0, 0.3, 0.5, 0.77, 1.0])
def test_a_first_pruning_is_the_one_of_a_single_pruning(scope, sparsity):
    scores = random_scores(3)
    whole = {name: torch.ones(size, dtype=torch.bool) for name, size in SIZES.items()}
    [once] = keep_masks(scores, [sparsity], scope)
    first = further_masks(scores, whole, sparsity, scope)
    assert all(torch.equal(once[name], first[name]) for name in SIZES)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6), st.sampled_from(["global", "layer"]), st.integers())
def test_prunings_nest_and_are_exact_whatever_the_scores(sparsities, scope, seed):
    alive = {name: torch.ones(size, dtype=torch.bool) for name, size in SIZES.items()}
    for number, sparsity in enumerate(sorted(sparsities)):
        masks = further_masks(random_scores((seed + number) % 2**31), alive, sparsity, scope)
        assert sum(zeros(masks).values()) == round(sparsity * sum(SIZES.values()))
        assert all(not bool((masks[name] & ~alive[name]).any()) for name in SIZES)
        alive = masks


def test_less_than_is_gone_cannot_be_asked_for():
    gone = {name: torch.zeros_like(mask) for name, mask in ALL.items()}
    for scope in ("global", "layer"):
        with pytest.raises(ValueError, match=r"more than 0\.5"):
            further_masks(A, gone, 0.5, scope)


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=6), st.lists(st.floats(0, 1), min_size=2, max_size=6)
)
def test_no_layer_gets_back_what_it_lost(sizes, sparsities):
    named = {str(number): size for number, size in enumerate(sizes)}
    least = dict.fromkeys(named, 0)
    for sparsity in sorted(sparsities):
        counts = apportion(named, sparsity, least)
        assert sum(counts.values()) == round(sparsity * sum(sizes))
        assert all(least[name] <= counts[name] <= named[name] for name in named)
        least = counts


def test_a_layer_that_lost_more_is_made_up_for_by_the_others():
    assert apportion({"a": 10, "b": 10, "c": 10}, 0.5, {"a": 8, "b": 0, "c": 0}) == {"a": 8, "b": 4, "c": 3}


@given(st.integers(0, 2**31), st.integers(0, 51))
def test_ordered_scores_prune_the_dead_first_and_then_as_the_scores_say(seed, count):
    scores = random_scores(seed)
    generator = torch.Generator().manual_seed(seed + 1)
    alive = {name: torch.rand(size, generator=generator) < 0.6 for name, size in SIZES.items()}
    gone = sum(zeros(alive).values())
    [by_order] = topk_masks_exact(ordered(scores, alive), [gone + min(count, 51 - gone)])
    due = further_masks(scores, alive, (gone + min(count, 51 - gone)) / 51, "global")
    assert all(torch.equal(by_order[name], due[name]) for name in SIZES)
