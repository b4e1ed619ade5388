"""The spectral norm with a certified bound."""

from __future__ import annotations

from functools import partial
from math import ldexp, sqrt
from typing import TYPE_CHECKING, NamedTuple

import torch

from bench.linalg.certificate import complement_limit, project, proves
from bench.linalg.checks import check_rtol, float32_is_kept, largest_magnitude, two_axes
from bench.linalg.gram import Gram, balanced, gram
from bench.linalg.lanczos import leading_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

_SMALL = 64
_MOST_VECTORS = 8
SHARE = 0.98


class SpectralNorm(NamedTuple):
    """A norm and how far it can be from the exact one: |value − ‖A‖₂| ≤ bound."""

    value: float
    bound: float


def spectral_norm(matrix: Tensor, rtol: float = 1e-4) -> SpectralNorm:
    """Measure the largest singular value of a matrix, with a bound that holds for every matrix.

    The bound is a theorem about the numbers in the matrix, rounding included, and rests on no chance:
    see `bench.linalg.certificate`. The Gram matrix of the shorter side is formed in float32 on the CPU
    where its rounding bound leaves room in the gap below the leading singular values, else in float64.

    Args:
        matrix: Shape (m, n), finite, any real floating type; half precision is upcast.
        rtol: Relative half-width asked for, from 1e-6 up to but not including 1.

    Returns:
        The value and its bound, with bound ≤ rtol·‖A‖₂. (0, 0) for an empty and for a zero matrix.

    Raises:
        ValueError: The matrix has not two axes, is not real floating or holds a NaN or an infinity
            (the message says where); or rtol is out of range.
        ArithmeticError: The bound could not be proved (a side of many millions of entries).
    """
    check_rtol(rtol)
    matrix = two_axes(matrix)
    largest = largest_magnitude(matrix, "matrix")
    if largest == 0:
        return SpectralNorm(0.0, 0.0)
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    wide, exponent = balanced(wide, largest)
    for approximation, basis in _attempts(wide, rtol):
        projection = project(wide, basis, approximation.energy)
        lowest = projection.ritz - projection.rounding
        target = lowest * (1 + SHARE * rtol) ** 2
        if lowest > 0 and proves(approximation, projection, target):
            value = sqrt(projection.ritz)
            bound = max(sqrt(target) - value, value - sqrt(lowest)) * (1 + 1e-9)
            return SpectralNorm(ldexp(value, exponent), ldexp(bound, exponent))
    raise ArithmeticError(f"no bound of {rtol} could be proved for a matrix of shape {tuple(matrix.shape)}")


def _attempts(wide: Tensor, rtol: float) -> Iterator[tuple[Gram, Tensor]]:
    """Yield ever dearer pairs of a Gram matrix and a basis of its leading eigenvectors."""
    if len(wide) > _SMALL:
        precisions = [torch.float32, torch.float64] if float32_is_kept(wide) else [torch.float64]
        for precision in precisions:
            approximation = gram(wide, precision)
            basis = leading_vectors(
                approximation.values, partial(_enough, error=approximation.error, rtol=rtol)
            )
            if basis is not None:
                yield approximation, basis
    approximation = gram(wide, torch.float64)
    yield approximation, torch.linalg.eigh(approximation.values).eigenvectors[:, -1:]


def _enough(values: Tensor, residuals: Tensor, *, error: float, rtol: float) -> int:
    """Say how many Ritz vectors to set apart for the certificate to be expected to succeed, 0 for none."""
    ritz, square = values.tolist(), 0.0
    target = ritz[0] * (1 + SHARE * rtol) ** 2
    for count in range(1, min(_MOST_VECTORS + 1, len(ritz))):
        square += float(residuals[count - 1]) ** 2
        limit = complement_limit(ritz[0], sqrt(square), target)
        if ritz[count] + float(residuals[count]) < limit - error:
            return count
    return 0
