"""All singular values of a matrix, and its stable rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from bench.linalg.checks import largest_magnitude, two_axes
from bench.linalg.gram import balanced, gram
from bench.linalg.spectral_norm import spectral_norm

if TYPE_CHECKING:
    from torch import Tensor


def singular_values(matrix: Tensor) -> Tensor:
    """Return all singular values of a matrix, descending.

    They are roots of the eigenvalues of the float64 Gram matrix, so the error of σᵢ is at most
    ε·σ₁²/max(σᵢ, √ε·σ₁), where ε = p·u·‖A‖_F²/σ₁² with u = 1.1e-16 and p the roundings of a dot product:
    1e-6·σ₁ even for zero singular values of a 512×4608 layer, and 1e-12 relative for the leading ones.

    Args:
        matrix: Shape (m, n), finite, any real floating type.

    Returns:
        Shape (min(m, n),), float64, on the matrix's device; empty for an empty matrix.

    Raises:
        ValueError: The matrix has not two axes, is not real floating or holds a NaN or an infinity.
    """
    matrix = two_axes(matrix)
    largest = largest_magnitude(matrix, "matrix")
    if largest == 0:
        return matrix.new_zeros(min(matrix.shape), dtype=torch.float64)
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    wide, exponent = balanced(wide, largest)
    squares: Tensor = torch.linalg.eigvalsh(gram(wide, torch.float64).values).flip(0)
    half = exponent // 2
    return squares.clamp_min(0).sqrt() * 2.0**half * 2.0 ** (exponent - half)


def stable_rank(matrix: Tensor, rtol: float = 1e-4) -> float:
    """Return ‖A‖_F²/‖A‖₂², at most the rank (Rudelson and Vershynin, J. ACM 2007), to 2·rtol relative.

    Args:
        matrix: Shape (m, n), finite, any real floating type.
        rtol: The relative error allowed in the spectral norm.

    Returns:
        A number from 1 to min(m, n) up to that error; 0 for an empty and for a zero matrix.

    Raises:
        ValueError: As for `spectral_norm`.
    """
    norm = spectral_norm(matrix, rtol).value
    if norm == 0:
        return 0.0
    energy = float(torch.linalg.vector_norm(matrix.detach(), dtype=torch.float64))
    return (energy / norm) ** 2
