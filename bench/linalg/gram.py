"""The Gram matrix of a wide matrix with a bound on what rounding did to it."""

from __future__ import annotations

from math import frexp
from typing import TYPE_CHECKING, NamedTuple

import torch

if TYPE_CHECKING:
    from torch import Tensor

_ROWS = 128
_WIDTH = {torch.float32: 256, torch.float64: 512}


class Gram(NamedTuple):
    """A computed Gram matrix, in float64, and how far it is from the exact one.

    Attributes:
        values: Symmetric, of shape (m, m).
        error: At least ‖values − AAᵀ‖₂.
        energy: At least ‖A‖_F².
    """

    values: Tensor
    error: float
    energy: float


def gamma(terms: int, dtype: torch.dtype) -> float:
    """Return γ_k = ku/(1 − ku), the growth of k roundings (Higham, Accuracy and Stability, Lemma 3.1)."""
    roundings = terms * torch.finfo(dtype).eps / 2
    return roundings / (1 - roundings)


def gram(wide: Tensor, precision: torch.dtype) -> Gram:
    """Compute AAᵀ of a wide matrix A of shape (m, n), its products taken in the given precision.

    Only blocks on and below the diagonal are computed, in panels of columns that are summed apart:
    however the product of a panel is ordered inside, an entry passes at most (panel width + number of
    panels) roundings. So |G̃ − G| ≤ γ|A||A|ᵀ entrywise (Higham, section 3.5), and
    ‖|A||A|ᵀ‖₂ ≤ ‖A‖_F². Products too small for the format add at most n·tiny to an entry.

    Args:
        wide: Finite values whose squares neither overflow nor all underflow (see `balanced`).
        precision: torch.float32 or torch.float64.
    """
    m, n = wide.shape
    width = _WIDTH[precision]
    total = wide.new_zeros((m, m), dtype=precision)
    buffer = wide.new_empty((m, min(_ROWS, m)), dtype=precision)
    for start in range(0, n, width):
        panel = wide[:, start : start + width].to(precision)
        for row in range(0, m, _ROWS):
            stop = min(row + _ROWS, m)
            block = buffer.view(-1)[: (m - row) * (stop - row)].view(m - row, stop - row)
            torch.mm(panel[row:], panel[row:stop].T, out=block)
            total[row:, row:stop] += block
    lower = total.double().tril_()
    values = lower + lower.tril(-1).T
    growth = gamma(width + -(-n // width) + 1, precision)
    underflow = m * n * torch.finfo(precision).tiny
    energy = (float(values.trace()) + underflow) / (1 - growth) * (1 + gamma(m + 4, torch.float64))
    return Gram(values, growth * energy + underflow, energy)


def balanced(matrix: Tensor, largest: float) -> tuple[Tensor, int]:
    """Scale by a power of two, exactly, where squares of its entries could leave the format.

    Args:
        matrix: Finite values.
        largest: The largest of their magnitudes.

    Returns:
        The scaled matrix, and the exponent e for which the given one is 2ᵉ times it.
    """
    exponent = frexp(largest)[1]
    if abs(exponent) <= 20:
        return matrix, 0
    half = exponent // 2
    return matrix * 2.0**-half * 2.0 ** (half - exponent), exponent
