import numpy as np
import pytest
import torch

from bench.linalg import low_rank, sample_entries, spectral_norm, topk_masks
from tests.perf.layers import SMALL, VGG19, flat, trained

SPARSITIES = (0.5, 0.8, 0.9, 0.95, 0.99)


@pytest.mark.parametrize(("kind", "target"), [(flat, "≥ 25"), (trained, "≥ 80")])
def test_spectral_norms_agree_with_svdvals(compare, kind, target):
    matrices = kind(VGG19 if compare.timed else SMALL)
    for matrix in matrices[:5]:
        value, bound = spectral_norm(matrix)
        assert abs(value - float(torch.linalg.svdvals(matrix.double())[0])) <= bound
    compare(
        lambda: [float(torch.linalg.svdvals(matrix)[0]) for matrix in matrices],
        lambda: [spectral_norm(matrix) for matrix in matrices],
        row="C7",
        what=f"spectral norm of all VGG-19 layers, {kind.__name__}, with a certified bound of 1e-4",
        against="svdvals",
        target=target,
    )


def scores_of_vgg19(timed):
    matrices = flat(VGG19 if timed else SMALL)
    return {str(place): matrix.abs() for place, matrix in enumerate(matrices)}


def test_global_masks_agree_with_quantiles(compare):
    scores = scores_of_vgg19(compare.timed)
    joined = torch.cat([score.flatten() for score in scores.values()]).numpy()
    for sparsity, masks in zip(SPARSITIES, topk_masks(scores, SPARSITIES), strict=True):
        limit = np.partition(joined, round(sparsity * len(joined)) - 1)[round(sparsity * len(joined)) - 1]
        kept = np.concatenate([mask.numpy().ravel() for mask in masks.values()])
        assert kept[joined > limit].all()
        assert (~kept).sum() == round(sparsity * len(joined))
    compare(
        lambda: [np.quantile(joined, sparsity) for sparsity in SPARSITIES],
        lambda: topk_masks(scores, SPARSITIES),
        row="C8",
        what="exact global masks over 20 M weights, 5 sparsities",
        against="5 np.quantile (thresholds alone)",
        target="≥ 5",
    )


def test_a_further_sparsity_adds_the_mask_it_would_have_alone(compare):
    scores = scores_of_vgg19(compare.timed)
    together = topk_masks(scores, SPARSITIES)
    for sparsity, masks in zip(SPARSITIES, together, strict=True):
        alone = topk_masks(scores, [sparsity])[0]
        assert all(torch.equal(alone[name], masks[name]) for name in scores)
    compare(
        lambda: topk_masks(scores, SPARSITIES),
        lambda: topk_masks(scores, SPARSITIES[:1]),
        row="C8",
        what="five sparsities in units of the first (a further one: a quarter of this less 1)",
        against="one sparsity",
        target="≤ 2.33",
    )


def weights_to_sample(timed):
    return torch.rand(512 * 4608 if timed else 5_000, generator=torch.Generator().manual_seed(0)) + 0.01


@pytest.mark.parametrize(("peer", "target"), [("torch.multinomial", "≥ 10"), ("numpy choice", "≥ 100")])
def test_samples_have_the_inclusion_rates_of_the_peer(compare, peer, target):
    weights = weights_to_sample(compare.timed)
    n = int(0.9 * len(weights))
    generator = torch.Generator().manual_seed(1)
    numpy_generator = np.random.default_rng(1)
    share = weights.double().numpy()
    share /= share.sum()

    def ours():
        return sample_entries(weights, n, generator)

    def theirs():
        if peer == "numpy choice":
            return torch.from_numpy(numpy_generator.choice(len(share), n, replace=False, p=share))
        return torch.multinomial(weights, n, generator=generator)

    light = torch.argsort(weights)[: len(weights) // 10]
    rates = [torch.isin(light, side()).double().mean() for side in (ours, theirs)]
    assert abs(rates[0] - rates[1]) < 4.5 * (2 * 0.25 / len(light)) ** 0.5
    compare(
        theirs, ours, row="C9", what="sampling 90 % of 2.36 M weighted entries", against=peer, target=target
    )


@pytest.mark.parametrize("rank", [16, 64, 256])
def test_low_rank_parts_agree_with_a_full_decomposition(compare, rank):
    matrix = trained([(512, 4608)] if compare.timed else [(300, 700)])[0]

    def full():
        left, sizes, right = torch.linalg.svd(matrix, full_matrices=False)
        return (left[:, :rank] * sizes[:rank]) @ right[:rank]

    assert torch.linalg.norm(low_rank(matrix, rank) - full()) <= 1e-4 * torch.linalg.norm(matrix)
    compare(
        full,
        lambda: low_rank(matrix, rank),
        row="C10",
        what=f"exact rank-{rank} part of 512 by 4608",
        against="full SVD",
        target="≥ 8",
    )
