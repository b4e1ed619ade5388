"""What tests of sparsifiers share: weights to hand them, and one call at one count."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bench import Layer, PruneInput, Pruner, Sparsified


def drawn_weight(*shape: int, seed: int = 1, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def given_for(*layers: Layer, generator: torch.Generator) -> PruneInput:
    def refuse(*_: object) -> tuple[Tensor, Tensor]:
        raise AssertionError("neither data nor loss is needed")

    return PruneInput(nn.Identity(), {layer.name: layer for layer in layers}, generator, refuse, refuse)


def sparsify(
    pruner: Pruner, weight: Tensor, keep: int, seed: int | torch.Generator = 0, groups: int = 1, **params
) -> Sparsified:
    generator = torch.Generator().manual_seed(seed) if isinstance(seed, int) else seed
    layer = Layer("a", "conv" if weight.ndim == 4 else "linear", weight, groups)
    return pruner.make(params)(given_for(layer, generator=generator), {"a": keep})["a"]


def applied(result: Sparsified, weight: Tensor) -> Tensor:
    """The weight after pruning, float64."""
    values = weight if result.values is None else result.values
    return torch.where(result.mask, values, 0.0).double()
