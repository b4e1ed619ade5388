"""Masks that prune exactly as many entries as asked, over many tensors at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from bench.linalg.checks import widened
from bench.linalg.radix import (
    BUCKETS,
    bit_counts,
    bucket_counts,
    bucket_edges,
    bucket_of_rank,
    has_infinities,
    order_key,
    smallest,
)
from bench.linalg.scan import divide, parts, true_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor


def topk_masks(scores: Mapping[str, Tensor], sparsities: Sequence[float]) -> list[dict[str, Tensor]]:
    """Return keep-masks that prune the smallest scores of all tensors jointly, one for each sparsity.

    For sparsity s exactly round(s·n) entries are False, n counting all tensors' entries; a half is
    rounded to even, as by Python's `round`. Ties and nesting are as for `topk_masks_exact`.

    Args:
        scores: By name; larger is more important.
        sparsities: Fractions from 0 to 1, in any order.

    Returns:
        For each sparsity a boolean mask by name, of the scores' shapes: True where an entry is kept.

    Raises:
        ValueError: A sparsity is not in [0, 1], or as for `topk_masks_exact`.
    """
    for sparsity in sparsities:
        if not 0 <= sparsity <= 1:
            raise ValueError(f"sparsities: {sparsity} is not in [0, 1]")
    total = sum(score.numel() for score in scores.values())
    return topk_masks_exact(scores, [round(sparsity * total) for sparsity in sparsities])


def topk_masks_exact(scores: Mapping[str, Tensor], prune_counts: Sequence[int]) -> list[dict[str, Tensor]]:
    """Return keep-masks with exactly the given numbers of pruned entries, the smallest scores first.

    Equal scores are pruned in the order of the mapping, then of the flat index: the later is kept
    longer. So every mask is unique, and the masks of growing counts are nested. Infinite scores are
    ordinary values: −inf is pruned first, +inf last. Selection is by radix over the bits of the scores;
    the first digit is read in one pass for all counts.

    Args:
        scores: By name; any real floating type, compared in float64 if one of them is, else in float32.
        prune_counts: How many entries each mask prunes, over all tensors jointly.

    Returns:
        For each count a boolean mask by name, of the scores' shapes and on their devices.

    Raises:
        ValueError: A score is NaN (the message names the tensor) or not real floating, or a count is
            negative or larger than the number of scores.
    """
    total = sum(score.numel() for score in scores.values())
    for count in prune_counts:
        if not 0 <= count <= total:
            raise ValueError(f"prune_counts: {count} is not from 0 to {total}, the number of scores")
    flat = {name: widened(score, name).reshape(-1) for name, score in scores.items()}
    if any(score.dtype == torch.float64 for score in flat.values()):
        flat = {name: score.double() for name, score in flat.items()}
    cumulated = _count(flat).cumsum(0)
    pruning = iter(_keep(flat, cumulated, [count for count in prune_counts if count]))
    whole = (
        {name: torch.ones_like(score, dtype=torch.bool) for name, score in flat.items()} for _ in prune_counts
    )
    return [
        {name: mask.view(scores[name].shape) for name, mask in next(pruning if count else whole).items()}
        for count in prune_counts
    ]


def _count(flat: Mapping[str, Tensor]) -> Tensor:
    """Count all scores by bucket, on the CPU, and refuse those that are NaN."""
    total = torch.zeros(BUCKETS, dtype=torch.int64)
    for name, score in flat.items():
        counts = torch.zeros(BUCKETS, dtype=torch.int64, device=score.device)
        for part in parts(score):
            counts += bit_counts(score[part])
        counts = bucket_counts(counts)
        if has_infinities(counts, score.dtype) and bool(score.isnan().any()):
            raise ValueError(f"{name}: NaN at flat index {int(true_places(score.isnan())[0])}")
        total += counts.cpu()
    return total


def _keep(flat: Mapping[str, Tensor], cumulated: Tensor, counts: Sequence[int]) -> list[dict[str, Tensor]]:
    """Return the flat masks that prune each of `counts` entries."""
    found = [bucket_of_rank(cumulated, count) for count in counts]
    divided = {
        name: divide(score, [bucket_edges(bucket, score.dtype) for bucket, _ in found])
        for name, score in flat.items()
    }
    masks = []
    for index, (_, rank) in enumerate(found):
        parts_of = {name: split[index] for name, split in divided.items()}
        keys = [order_key(flat[name][places]).cpu() for name, (_, places) in parts_of.items()]
        kept = ~smallest(torch.cat(keys), rank)
        start = 0
        for above, places in parts_of.values():
            above[places] = kept[start : start + len(places)].to(places.device)
            start += len(places)
        masks.append({name: above for name, (above, _) in parts_of.items()})
    return masks
