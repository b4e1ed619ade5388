from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.linalg import topk_masks, topk_masks_exact
from bench.linalg.radix import order_key

FLOATS = {
    torch.float32: st.floats(width=32, allow_nan=False),
    torch.float64: st.floats(width=64, allow_nan=False),
    torch.float16: st.floats(width=16, allow_nan=False),
}
TIED = st.sampled_from((0.0, -0.0, 1.0, -1.0, 1e-45, -1e-45, float("inf"), -float("inf"), 1.0000001))


@st.composite
def scores(draw):
    dtype = draw(st.sampled_from(list(FLOATS)))
    values = st.lists(FLOATS[dtype] if draw(st.booleans()) else TIED, max_size=30)
    return {name: torch.tensor(draw(values), dtype=dtype) for name in draw(st.permutations("abc"))}


def sorted_masks(tensors, counts):
    """Sort everything by (score, place) and prune the first."""
    joined = np.concatenate([tensor.double().numpy() for tensor in tensors.values()])
    order = np.argsort(joined, kind="stable")
    masks = []
    for count in counts:
        keep = np.ones(len(joined), dtype=bool)
        keep[order[:count]] = False
        ends = np.cumsum([len(tensor) for tensor in tensors.values()])[:-1]
        masks.append(dict(zip(tensors, np.split(keep, ends), strict=True)))
    return masks


def assert_same(masks, expected):
    for mask, wanted in zip(masks, expected, strict=True):
        assert list(mask) == list(wanted)
        for name in mask:
            assert mask[name].dtype == torch.bool
            assert np.array_equal(mask[name].numpy(), wanted[name])


@given(tensors=scores(), data=st.data())
def test_masks_are_those_of_a_stable_sort(tensors, data):
    total = sum(len(tensor) for tensor in tensors.values())
    counts = data.draw(st.lists(st.integers(0, total), max_size=4))
    assert_same(topk_masks_exact(tensors, counts), sorted_masks(tensors, counts))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_masks_of_many_entries_are_those_of_a_stable_sort(dtype):
    generator = torch.Generator().manual_seed(0)
    tensors = {
        "normal": torch.randn(400_000, generator=generator).to(dtype),
        "magnitudes": torch.randn(300_000, generator=generator).abs().to(dtype),
        "rounded": (torch.randn(100_000, generator=generator) * 4).round().to(dtype),
    }
    counts = [1, 79_999, 400_000, 640_000, 799_999]
    assert_same(topk_masks_exact(tensors, counts), sorted_masks(tensors, counts))


@given(tensors=scores(), sparsities=st.lists(st.floats(0, 1), max_size=5))
def test_exactly_the_rounded_number_is_pruned_and_masks_are_nested(tensors, sparsities):
    total = sum(len(tensor) for tensor in tensors.values())
    masks = topk_masks(tensors, sorted(sparsities))
    for mask, sparsity in zip(masks, sorted(sparsities), strict=True):
        assert sum(int((~keep).sum()) for keep in mask.values()) == round(sparsity * total)
    for looser, tighter in pairwise(masks):
        assert all(bool((looser[name] | ~tighter[name]).all()) for name in tensors)


def test_ties_prune_the_earlier_place_first_and_the_first_tensor_before_the_second():
    masks = topk_masks({"b": torch.ones(3), "a": torch.ones(2)}, [0.2, 0.8])
    assert masks[0]["b"].tolist() == [False, True, True]
    assert masks[0]["a"].tolist() == [True, True]
    assert masks[1]["b"].tolist() == [False, False, False]
    assert masks[1]["a"].tolist() == [False, True]


def test_both_zeros_are_one_score():
    mask = topk_masks_exact({"w": torch.tensor([0.0, -0.0, -0.0, 0.0])}, [1])[0]["w"]
    assert mask.tolist() == [False, True, True, True]


def test_a_half_is_rounded_to_even():
    zeros = [int((~mask["w"]).sum()) for mask in topk_masks({"w": torch.arange(5.0)}, [0.1, 0.3, 0.5])]
    assert zeros == [0, 2, 2]


def test_infinities_are_ordinary_scores():
    score = torch.tensor([float("inf"), 3.4e38, -float("inf"), -3.4e38])
    pruned = [(~mask["w"]).nonzero()[:, 0].tolist() for mask in topk_masks_exact({"w": score}, range(5))]
    assert pruned == [[], [2], [2, 3], [1, 2, 3], [0, 1, 2, 3]]


def test_masks_have_the_shapes_of_the_scores():
    score = {"conv": torch.randn(2, 3, 1, 1).permute(1, 0, 2, 3), "scalar": torch.tensor(9.0)}
    mask = topk_masks(score, [0.5])[0]
    assert {name: keep.shape for name, keep in mask.items()} == {name: s.shape for name, s in score.items()}
    assert mask["scalar"]


def test_float64_scores_beside_float32_ones_are_not_rounded():
    score = {"single": torch.tensor([1.0]), "double": torch.tensor([1.0 - 1e-12], dtype=torch.float64)}
    mask = topk_masks_exact(score, [1])[0]
    assert mask["single"].tolist() == [True]
    assert mask["double"].tolist() == [False]


def test_nothing_to_prune_gives_empty_masks():
    assert topk_masks({}, [0.0, 0.5, 1.0]) == [{}, {}, {}]
    assert topk_masks({"w": torch.ones(0, 3)}, [0.5])[0]["w"].shape == (0, 3)
    assert topk_masks({"w": torch.ones(3)}, []) == []


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_nan_score_names_its_tensor(dtype, sign):
    good, bad = torch.randn(5).to(dtype), torch.randn(5).to(dtype)
    bad[3] = float("nan")
    with pytest.raises(ValueError, match="layer2: NaN at flat index 3"):
        topk_masks({"layer1": good, "layer2": bad.copysign(torch.tensor(sign))}, [0.5])


@pytest.mark.parametrize("sparsity", [-0.1, 1.1, float("nan")])
def test_a_sparsity_outside_the_unit_interval_is_refused(sparsity):
    with pytest.raises(ValueError, match="sparsities"):
        topk_masks({"w": torch.ones(3)}, [sparsity])


@pytest.mark.parametrize("count", [-1, 4])
def test_a_count_that_cannot_be_pruned_is_refused(count):
    with pytest.raises(ValueError, match="prune_counts"):
        topk_masks_exact({"w": torch.ones(3)}, [count])


def test_integer_scores_are_refused_by_name():
    with pytest.raises(ValueError, match="w: real floating"):
        topk_masks({"w": torch.ones(3, dtype=torch.int32)}, [0.5])


def test_more_entries_than_float32_can_count_are_pruned_exactly():
    score = torch.zeros((1 << 24) + 5)
    score[-1] = -1
    mask = topk_masks_exact({"w": score}, [(1 << 24) + 2])[0]["w"]
    assert int(mask.sum()) == 3
    assert mask[-4:].tolist() == [True, True, True, False]


@given(values=st.lists(st.floats(width=32, allow_nan=False), min_size=2, max_size=2))
def test_keys_keep_the_order_of_floats(values):
    for dtype in (torch.float32, torch.float64):
        first, second = order_key(torch.tensor(values, dtype=dtype)).tolist()
        assert (first < second) == (values[0] < values[1])
        assert (first == second) == (values[0] == values[1])
