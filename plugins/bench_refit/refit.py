"""Keeps the largest weights of each layer and refits them, matrix by matrix."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from bench import Layer, PruneInput, Sparsified, Sparsifier, linalg
from bench_refit.spectral import least_residual


def refitting(iterations: int) -> Sparsifier:
    """A sparsifier with magnitude's masks, whose values are refitted in that many steps."""

    def sparsify(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
        return {name: _refitted(layer, keep[name], iterations) for name, layer in given.layers.items()}

    return sparsify


def _refitted(layer: Layer, n: int, iterations: int) -> Sparsified:
    [masks] = linalg.topk_masks_exact({layer.name: layer.weight.abs()}, [layer.weight.numel() - n])
    mask = masks[layer.name]
    blocks = zip(
        linalg.matricise(layer.weight, layer.groups), linalg.matricise(mask, layer.groups), strict=True
    )
    values = torch.cat([_values(block, kept, iterations) for block, kept in blocks])
    return Sparsified(mask, values.view(layer.weight.shape))


def _values(block: Tensor, kept: Tensor, iterations: int) -> Tensor:
    """The kept values of one matrix, of its type, 0 elsewhere."""
    dense = block.double()
    residual = least_residual(torch.where(kept, 0.0, dense), kept, iterations)
    return torch.where(kept, dense - residual, 0.0).to(block.dtype)
