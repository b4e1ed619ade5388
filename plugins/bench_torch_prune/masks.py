"""Asks one of torch's pruning methods for its mask."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.utils.prune import BasePruningMethod

from bench import Layer


def mask_of(method: BasePruningMethod, weight: Tensor) -> Tensor:
    """What `method` keeps of a so far unpruned `weight`: boolean, of its shape, on the CPU."""
    on_cpu = weight.cpu()
    mask: Tensor = method.compute_mask(on_cpu, torch.ones_like(on_cpu))  # type: ignore[no-untyped-call]
    return mask.bool()


def require_numbers(layers: Mapping[str, Layer]) -> None:
    """Refuse weights that are NaN, which torch's methods would rank in silence.

    Raises:
        ValueError: naming the layer.
    """
    for name, layer in layers.items():
        if bool(layer.weight.isnan().any()):
            raise ValueError(f"weights of {name} are NaN")
