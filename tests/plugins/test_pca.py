"""`pca-sampled`: the four modes by hand, ranks in three units, exact counts, unbiased rescaling."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

import bench_pca
from bench import Layer, UserError, linalg
from bench_pca.principal import Rank, principal_part
from tests.plugins.sparsifying import applied, drawn_weight, sparsify

[PRUNER] = bench_pca.bench_pruners()
MODES = ("sample", "ht", "det", "mix")


def rank_one() -> torch.Tensor:
    """σ = 20 along (3, 4)/5 ⊗ (1, 0, 0, 0), σ = 3 along (4, −3)/5 ⊗ (0, 1, 0, 0): B is the first alone."""
    return torch.tensor([[12.0, 2.4, 0.0, 0.0], [16.0, -1.8, 0.0, 0.0]], dtype=torch.float64)


def test_the_principal_part_by_hand() -> None:
    part = principal_part(Layer("a", "linear", rank_one()), Rank(1, 0.0, 0.25))
    expected = torch.tensor([[12.0, 0, 0, 0], [16.0, 0, 0, 0]], dtype=torch.float64)
    assert torch.allclose(part, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (Rank(3, 0.0, 0.25), 3),
        (Rank(99, 0.0, 0.25), 8),
        (Rank(0, 0.0, 0.25), 2),
        (Rank(0, 0.0, 0.0), 1),
        (Rank(0, 0.0, 1.0), 8),
        (Rank(0, 0.5, 0.25), 1),  # the squares are 64, 32, 16, 8, 4, 2, 1, 1 of 128
        (Rank(0, 0.6, 0.25), 2),
        (Rank(0, 0.76, 0.25), 3),
        (Rank(0, 1.0, 0.25), 8),
    ],
)
def test_ranks_as_a_count_a_share_and_a_share_of_the_energy(rank: Rank, expected: int) -> None:
    sizes = torch.tensor([64.0, 32, 16, 8, 4, 2, 1, 1], dtype=torch.float64).sqrt()
    basis = torch.linalg.qr(drawn_weight(12, 8, dtype=torch.float64)).Q
    assert rank.of(basis * sizes) == expected


def test_each_group_of_a_convolution_has_its_own_principal_part() -> None:
    kernel = drawn_weight(6, 2, 3, 3)
    part = principal_part(Layer("a", "conv", kernel, groups=2), Rank(1, 0.0, 0.25))
    for half in (slice(0, 3), slice(3, 6)):
        expected = linalg.low_rank(kernel[half].flatten(1), 1).double()
        assert torch.allclose(part[half].flatten(1), expected, atol=1e-6)


def test_det_and_mix_by_hand() -> None:
    # The best rank-1 part of diag(2, 1) is diag(2, 0); turned by 45° on the right it is ((√2, √2), (0, 0)).
    turn = torch.tensor([[1.0, 1.0], [-1.0, 1.0]], dtype=torch.float64) / 2**0.5
    weight = torch.diag(torch.tensor([2.0, 1.0], dtype=torch.float64)) @ turn
    assert sparsify(PRUNER, weight, 2, mode="det", rank=1).mask.tolist() == [[True, True], [False, False]]
    # B = A − σ₂u₂v₂ᵀ: |A| and |A·B| disagree on what comes third.
    weight = torch.tensor([[5.0, 4.0], [0.5, -1.5]], dtype=torch.float64)
    part = linalg.low_rank(weight, 1)
    product = (weight * part).abs()
    assert sparsify(PRUNER, weight, 3, mode="mix", rank=1).mask.tolist() == [
        [True, True],
        [bool(product[1, 0] > product[1, 1]), bool(product[1, 1] > product[1, 0])],
    ]


def test_at_full_rank_det_and_mix_are_magnitude() -> None:
    weight = drawn_weight(12, 20)
    magnitude = linalg.topk_masks_exact({"": weight.abs()}, [180])[0][""]
    for mode in ("det", "mix"):
        assert torch.equal(sparsify(PRUNER, weight, 60, mode=mode, rank_share=1.0).mask, magnitude)


def test_at_full_rank_sampling_is_by_the_weights_own_squares() -> None:
    weight = drawn_weight(12, 20)
    for power in (1, 2):
        weights = (weight.abs() / weight.abs().max()).double() ** power
        places = linalg.sample_entries(weights, 60, torch.Generator().manual_seed(5))
        found = sparsify(PRUNER, weight, 60, 5, rank_share=1.0, power=power).mask
        assert found.flatten().nonzero()[:, 0].tolist() == places.tolist()


@pytest.mark.parametrize("mode", MODES)
def test_counts_are_exact_from_nothing_to_everything(mode: str) -> None:
    weight = drawn_weight(5, 2, 3, 3)
    for keep in (0, 1, 17, 89, 90):
        result = sparsify(PRUNER, weight, keep, mode=mode)
        assert int(result.mask.sum()) == keep
        assert (result.values is not None) == (mode == "ht")
    assert torch.equal(applied(result, weight), weight.double())


@pytest.mark.parametrize("mode", ["sample", "ht"])
def test_where_the_principal_part_is_zero_the_largest_weights_fill_up(mode: str) -> None:
    weight = torch.diag(torch.tensor([10.0, 3.0, 2.0, 1.0]))
    result = sparsify(PRUNER, weight, 3, mode=mode, rank=1)
    assert applied(result, weight).diag().tolist() == [10, 3, 2, 0]


@pytest.mark.parametrize("mode", ["sample", "det", "mix"])
def test_masks_of_fixed_ranks_and_of_races_nest_under_one_seed(mode: str) -> None:
    weight = drawn_weight(20, 30)
    masks = [sparsify(PRUNER, weight, keep, 3, mode=mode).mask for keep in (600, 300, 60, 6, 0)]
    for larger, smaller in pairwise(masks):
        assert not bool((smaller & ~larger).any())


def test_ht_divides_by_its_probability() -> None:
    weight = drawn_weight(8, 10)
    result = sparsify(PRUNER, weight, 30, mode="ht", power=1)
    part = principal_part(Layer("a", "linear", weight), Rank(0, 0.0, 0.25)).abs()
    expected = torch.where(result.mask, weight / linalg.inclusion_probabilities(part, 30), 0.0)
    assert torch.allclose(applied(result, weight), expected, rtol=1e-4)


@pytest.mark.parametrize("params", [{"mode": "ht", "power": 1}, {"rescale": True, "power": 1}])
def test_rescaled_draws_have_no_bias(params: dict) -> None:
    weight = drawn_weight(3, 4, dtype=torch.float64)
    rounds, generator = 800, torch.Generator().manual_seed(3)
    draws = torch.stack(
        [applied(sparsify(PRUNER, weight, 7, generator, rank=2, **params), weight) for _ in range(rounds)]
    )
    spread = draws.std(0) / rounds**0.5
    assert bool(((draws.mean(0) - weight).abs() <= 4.5 * spread + 1e-12).all())


def test_rescaling_leaves_the_mask_as_it_is() -> None:
    weight = drawn_weight(8, 10)
    kept, rescaled = (sparsify(PRUNER, weight, 30, rescale=choice) for choice in (False, True))
    assert torch.equal(kept.mask, rescaled.mask)
    assert bool((applied(rescaled, weight).abs() >= applied(kept, weight).abs()).all())


@pytest.mark.parametrize("mode", ["sample", "ht"])
def test_a_seed_gives_one_mask_and_another_seed_another(mode: str) -> None:
    weight = drawn_weight(20, 30)
    masks = [sparsify(PRUNER, weight, 200, seed, mode=mode).mask for seed in (0, 0, 1)]
    assert torch.equal(masks[0], masks[1])
    assert not torch.equal(masks[0], masks[2])


@pytest.mark.parametrize("mode", ["det", "mix"])
def test_the_other_modes_leave_nothing_to_chance(mode: str) -> None:
    weight = drawn_weight(20, 30)
    masks = [sparsify(PRUNER, weight, 200, seed, mode=mode).mask for seed in (0, 1)]
    assert torch.equal(masks[0], masks[1])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_the_scale_of_the_weights_does_not_matter(mode: str, scale: float) -> None:
    weight = drawn_weight(10, 24, dtype=torch.float64)
    assert torch.equal(
        sparsify(PRUNER, weight, 40, mode=mode).mask, sparsify(PRUNER, weight * scale, 40, mode=mode).mask
    )


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"rank": 3, "rank_energy": 0.5}, "both rank and rank_energy"),
        ({"mode": "det", "rescale": True}, "rescale = true does not go with mode = 'det'"),
        ({"mode": "top"}, "mode"),
        ({"power": 3}, "power"),
        ({"rank_share": 1.5}, "rank_share"),
    ],
)
def test_settings_that_make_no_sense_are_refused(params: dict, words: str) -> None:
    with pytest.raises(UserError, match=words):
        PRUNER.make(params)
