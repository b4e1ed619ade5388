"""The weights by which each method draws, from a layer's dense weights.

A layer is one matrix (out, in·kh·kw); a grouped convolution is the block-diagonal matrix of its groups.
All results have the layer's shape, are float64 and lie on the CPU; their scale is arbitrary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from bench import Layer, linalg
from bench_sampling.bernstein import row_weights


def uniform(layer: Layer, n: int) -> Tensor:
    """All entries alike."""
    del n
    return torch.ones(layer.weight.shape, dtype=torch.float64)


def l1(layer: Layer, n: int) -> Tensor:
    """|A|, as in Arora, Hazan and Kale 2006: their rule is a draw with probabilities min(1, |A|/t)."""
    del n
    return _magnitudes(layer)


def l2(layer: Layer, n: int, epsilon: float) -> Tensor:
    """A², and 0 where |A| < ε‖A‖₂/2n, as in Drineas and Zouzias 2011, Algorithm 1.

    Their ε is absolute and their matrix square: here it is in units of ‖A‖₂, and n is the longer side.
    Their number of draws exceeds the number of weights at the sizes of networks: the budget takes its place.
    """
    del n
    magnitudes = _magnitudes(layer)
    squares = (magnitudes / _nonzero(magnitudes.max())).square()
    if epsilon == 0:
        return squares
    norm = max(linalg.spectral_norm(block).value for block in linalg.matricise(layer.weight, layer.groups))
    return squares.masked_fill(magnitudes < epsilon * norm / (2 * max(_sides(layer))), 0.0)


def hybrid(layer: Layer, n: int, alpha: float) -> Tensor:
    """α|A|/‖A‖₁ + (1 − α)A²/‖A‖_F², as in Kundu, Drineas and Magdon-Ismail 2017."""
    del n
    magnitudes = _magnitudes(layer)
    magnitudes /= _nonzero(magnitudes.max())
    squares = magnitudes.square()
    return alpha * magnitudes / _nonzero(magnitudes.sum()) + (1 - alpha) * squares / _nonzero(squares.sum())


def bernstein(layer: Layer, n: int, delta: float) -> Tensor:
    """ρᵢ·|Aᵢⱼ|/‖Aᵢ‖₁, as in Achlioptas, Karnin and Liberty 2013, for n draws.

    Rows are the rows of the matrix or of its transpose, whichever are fewer: their bound is for matrices
    that are wider than high.
    """
    magnitudes = _magnitudes(layer)
    m, columns = _sides(layer)
    blocks = linalg.matricise(magnitudes, layer.groups)
    high = m > columns
    sums = torch.cat([block.sum(0 if high else 1) for block in blocks])
    if n == 0:
        return magnitudes
    share = row_weights(sums, n, m + columns, delta) / _nonzero(sums)
    rows = share.tensor_split(layer.groups)
    weighed = [block * (row if high else row[:, None]) for block, row in zip(blocks, rows, strict=True)]
    return torch.cat(weighed).view(layer.weight.shape)


METHODS: Mapping[str, Callable[..., Tensor]] = {
    "uniform": uniform,
    "l1": l1,
    "l2": l2,
    "hybrid": hybrid,
    "bernstein": bernstein,
}


def _magnitudes(layer: Layer) -> Tensor:
    return layer.weight.cpu().double().abs()


def _sides(layer: Layer) -> tuple[int, int]:
    """Rows and columns of the layer's matrix, a block-diagonal one for a grouped convolution."""
    return len(layer.weight), layer.weight[0].numel() * layer.groups


def _nonzero(numbers: Tensor) -> Tensor:
    """The numbers, with 1 in place of 0, to divide by."""
    return torch.where(numbers > 0, numbers, 1.0)
