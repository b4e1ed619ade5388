"""How dynamic sparse training moves weights: some go, as many come, layer by layer."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bench.linalg import topk_masks_exact


def drop_share(first: float, step: int, end: float) -> float:
    """The share of a layer's weights that moves after `step` steps: first/2 · (1 + cos(π · step/end)).

    It falls from `first` to 0 at `end` (Evci et al. 2020, section 3).
    """
    return first / 2 * (1 + math.cos(math.pi * min(1.0, step / end)))


def moved(mask: Tensor, strength: Tensor, growth: Tensor, share: float) -> Tensor:
    """The mask after int(share · living) weights went, the weakest first, and as many came.

    Those come whose `growth` is largest among the places that are then empty, so that one that went
    may stay after all. Ties are as for `topk_masks_exact`; the count is exactly what it was.

    Args:
        mask: boolean, True where a weight lives; it is not changed.
        strength: of the mask's shape; what living weights are dropped by.
        growth: of the mask's shape; what empty places are filled by.
        share: from 0 to 1.
    """
    count = int(share * int(mask.sum()))
    if count == 0:
        return mask.clone()
    [staying] = topk_masks_exact({"": strength[mask]}, [count])
    kept = torch.zeros_like(mask)
    kept[mask] = staying[""]
    empty = ~kept
    [coming] = topk_masks_exact({"": growth[empty]}, [int(empty.sum()) - count])
    kept[empty] = coming[""]
    return kept
