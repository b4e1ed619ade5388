"""Asks one of torch's pruning methods for its mask."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.utils.prune import BasePruningMethod


def mask_of(method: BasePruningMethod, weight: Tensor) -> Tensor:
    """What `method` keeps of a so far unpruned `weight`: boolean, of its shape, on the CPU.

    Raises:
        ValueError: where the weights hold NaN, which torch would rank as the largest.
    """
    on_cpu = weight.cpu()
    if bool(on_cpu.isnan().any()):
        raise ValueError("the weights hold NaN")
    mask: Tensor = method.compute_mask(on_cpu, torch.ones_like(on_cpu))  # type: ignore[no-untyped-call]
    return mask.bool()
