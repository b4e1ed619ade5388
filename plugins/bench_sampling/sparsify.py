"""Draws what stays of each layer, exactly as many weights as asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Generator, Tensor

from bench import Layer, PruneInput, Sparsified, Sparsifier, linalg

Weigh = Callable[[Layer, int], Tensor]


def sampling_by(weigh: Weigh, *, rescaled: bool) -> Sparsifier:
    """A sparsifier that draws by the weights of `weigh(layer, n)`: the layer's shape, float64, on the CPU."""

    def sparsify(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
        return {
            name: _draw(layer, weigh(layer, keep[name]), keep[name], given.generator, rescaled=rescaled)
            for name, layer in given.layers.items()
        }

    return sparsify


def _draw(layer: Layer, weights: Tensor, n: int, generator: Generator, *, rescaled: bool) -> Sparsified:
    """Draw n entries by their weights; where fewer weights are positive, the largest others fill up.

    All is drawn on the CPU, so that a seed gives the same mask on every device. What fills up is no part
    of the draw and stays as it is.
    """
    dense = layer.weight.cpu()
    probabilities = linalg.inclusion_probabilities(weights, n)
    drawn = linalg.systematic_sample(probabilities, generator)
    ranks = torch.where(drawn, torch.inf, dense.abs().double())
    [masks] = linalg.topk_masks_exact({layer.name: ranks}, [dense.numel() - n])
    mask = masks[layer.name].to(layer.weight.device)
    if not rescaled:
        return Sparsified(mask)
    values = dense.double() / torch.where(drawn, probabilities, 1.0)
    return Sparsified(mask, torch.where(mask, values.to(dense.dtype).to(mask.device), 0.0))
