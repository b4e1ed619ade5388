"""LAMP: magnitude, made comparable between layers."""

from __future__ import annotations

import torch
from torch import Tensor

from bench import PruneInput


def lamp(given: PruneInput) -> dict[str, Tensor]:
    """Each weight's square over the sum of its layer's squares that are not smaller.

    Lee, Park, Mo, Ahn and Shin (ICLR 2021): with a layer's weights in ascending order of
    magnitude, score(u) = w_u² / Σ_{v ≥ u} w_v². The largest weight of each layer scores 1, so that no
    layer is emptied while another still has two. Equal magnitudes count in the order of their index.
    """
    return {name: _scores(layer.weight) for name, layer in given.layers.items()}


def _scores(weight: Tensor) -> Tensor:
    square = weight.flatten().double().square()
    order = square.argsort(stable=True)
    ascending = square[order]
    not_smaller = ascending.flip(0).cumsum(0).flip(0)
    scores = torch.empty_like(square)
    scores[order] = torch.where(not_smaller == 0, 0.0, ascending / not_smaller)
    return scores.view_as(weight)
