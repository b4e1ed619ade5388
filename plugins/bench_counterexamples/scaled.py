"""Magnitude pruning that matches the largest singular value by one number a layer."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from bench import Layer, PruneInput, Sparsified, linalg


def matching_largest(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
    """Magnitude's mask, and the kept weights times σ₁(A)/σ₁(Ã).

    It lowers the error of the singular values and hardly changes what the network computes: through
    ReLUs a positive factor of a layer passes on to the logits, but for the biases.
    """
    return {name: _scaled(layer, keep[name]) for name, layer in given.layers.items()}


def _scaled(layer: Layer, n: int) -> Sparsified:
    [masks] = linalg.topk_masks_exact({"": layer.weight.abs()}, [layer.weight.numel() - n])
    kept = torch.where(masks[""], layer.weight, 0.0)
    before, after = (_norm(weight, layer.groups) for weight in (layer.weight, kept))
    return Sparsified(masks[""], kept * (before / after) if after > 0 else None)


def _norm(weight: Tensor, groups: int) -> float:
    return max(linalg.spectral_norm(block).value for block in linalg.matricise(weight, groups))
