"""Which weights of a layer stay, before their values are refitted."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from bench import Layer, linalg

Chooser = Callable[[Layer, int], Tensor]


def chooser(mask: str, rank_share: float) -> Chooser:
    """The rule by name: from a layer and a number n to a boolean mask of its shape with n True.

    Args:
        mask: "magnitude" keeps the largest |A|; "mix" the largest |A·B|, with B the principal part of A,
            as mode mix of `pca-sampled` does.
        rank_share: B's rank as a share of the full rank, at least 1.
    """

    def importance(layer: Layer) -> Tensor:
        if mask == "magnitude":
            return layer.weight.abs()
        part = linalg.principal_part(layer.weight, layer.groups, lambda block: _rank(block, rank_share))
        own = linalg.relative_magnitudes(layer.weight.cpu().double())
        return linalg.relative_magnitudes(part) * own

    def choose(layer: Layer, n: int) -> Tensor:
        [masks] = linalg.topk_masks_exact({"": importance(layer)}, [layer.weight.numel() - n])
        return masks[""].to(layer.weight.device)

    return choose


def _rank(block: Tensor, share: float) -> int:
    full = min(block.shape)
    return min(max(round(share * full), 1), full)
