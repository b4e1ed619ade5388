"""Masks within masks: what was pruned stays pruned, and the budget is met by what is left."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from bench.engine.budget import apportion, zeros_of
from bench.linalg import topk_masks_exact

Counts = Mapping[str, int]


def further_masks(
    scores: Mapping[str, Tensor], alive: Mapping[str, Tensor], sparsity: float, scope: str
) -> dict[str, Tensor]:
    """Masks with round(sparsity · total) entries pruned in all, none of which `alive` had pruned is kept.

    Args:
        scores: by layer; only those of living entries count.
        alive: boolean, of the scores' shapes, True where an entry is left.
        sparsity: the share to reach, of all entries.
        scope: "global" ranks the living entries of all layers together; "layer" brings every layer to
            the same share, as nearly as what it has lost already allows.

    Raises:
        ValueError: where more is gone already, or for another scope.
    """
    sizes = {name: score.numel() for name, score in scores.items()}
    gone = zeros(alive)
    if scope == "layer":
        return counted_further(scores, alive, apportion(sizes, sparsity, gone))
    if scope != "global":
        raise ValueError(f"no rule for scope '{scope}'")
    further = zeros_of(sparsity, sum(sizes.values())) - sum(gone.values())
    if further < 0:
        raise ValueError(f"more than {sparsity:g} of the weights are gone already")
    living = {name: score[alive[name]] for name, score in scores.items()}
    [kept] = topk_masks_exact(living, [further])
    return {name: _scattered(alive[name], kept[name]) for name in scores}


def counted_further(
    scores: Mapping[str, Tensor], alive: Mapping[str, Tensor], pruned: Counts
) -> dict[str, Tensor]:
    """Masks with exactly `pruned[name]` entries pruned in each layer, otherwise as `further_masks`.

    Raises:
        ValueError: where a layer has fewer entries, or has lost more already.
    """
    gone = zeros(alive)
    masks = {}
    for name, score in scores.items():
        [kept] = topk_masks_exact({name: score[alive[name]]}, [pruned[name] - gone[name]])
        masks[name] = _scattered(alive[name], kept[name])
    return masks


def ordered(scores: Mapping[str, Tensor], alive: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Scores with the same order among the living, and every entry that is gone below all of them.

    A living entry has its place in the order of all layers' living ones, from 0, ties by index.
    """
    order = torch.cat([score[alive[name]].double() for name, score in scores.items()]).sort(stable=True)
    places = torch.empty_like(order.values)
    places[order.indices] = torch.arange(len(places), dtype=places.dtype, device=places.device)
    placed = {name: torch.full_like(score, -1.0, dtype=places.dtype) for name, score in scores.items()}
    start = 0
    for name, place in placed.items():
        count = int(alive[name].sum())
        place[alive[name]] = places[start : start + count]
        start += count
    return placed


def zeros(masks: Mapping[str, Tensor]) -> dict[str, int]:
    """How many entries each mask prunes."""
    return {name: mask.numel() - int(mask.sum()) for name, mask in masks.items()}


def _scattered(alive: Tensor, kept: Tensor) -> Tensor:
    mask = torch.zeros_like(alive)
    mask[alive] = kept
    return mask
