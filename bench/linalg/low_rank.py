"""The best approximation of a matrix by one of smaller rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from bench.linalg.checks import float32_is_kept, largest_magnitude, two_axes
from bench.linalg.gram import balanced, gram

if TYPE_CHECKING:
    from torch import Tensor

_MUCH_WIDER = 2


def low_rank(matrix: Tensor, k: int) -> Tensor:
    """Return the best rank-k approximation A_k in every unitarily invariant norm (Eckart-Young-Mirsky).

    Where one side is at least twice the other, A is projected on the k leading eigenvectors of its
    float64 Gram matrix; else a full singular value decomposition is cut. Where σ_k > σ_{k+1} the result
    is within 1e-4·‖A‖₂ of A_k as long as σ_k² − σ_{k+1}² ≥ 1e-8·σ₁². Where the two are closer A_k is
    ill-conditioned, where they are equal it is not unique: then the result is one whose error
    ‖A − result‖₂ exceeds σ_{k+1} by 1e-4·σ₁ at most.

    Args:
        matrix: Shape (m, n), finite, any real floating type.
        k: From 0 (all zeros) to min(m, n) (the matrix itself).

    Returns:
        Shape (m, n), a new tensor of the matrix's type, computed in float32 at least.

    Raises:
        ValueError: k is out of range; or the matrix has not two axes, is not real floating or holds a
            NaN or an infinity.
    """
    values = two_axes(matrix)
    largest = largest_magnitude(values, "matrix")
    short, long = sorted(values.shape)
    if not 0 <= k <= short:
        raise ValueError(f"k: {k} is not from 0 to {short}, the shorter side of {tuple(values.shape)}")
    if k == 0 or largest == 0:
        return torch.zeros_like(matrix)
    if k == short:
        return matrix.detach().clone()
    if long < _MUCH_WIDER * short:
        left, sizes, right = torch.linalg.svd(values, full_matrices=False)
        cut: Tensor = (left[:, :k] * sizes[:k]) @ right[:k]
        return cut.to(matrix.dtype)
    if values.shape[0] == short:
        return _project(values, largest, k).to(matrix.dtype)
    return _project(values.T, largest, k).T.to(matrix.dtype).contiguous()


def _project(wide: Tensor, largest: float, k: int) -> Tensor:
    """Project the columns of a wide matrix on its k leading left singular vectors."""
    scaled, _ = balanced(wide, largest)
    vectors: Tensor = torch.linalg.eigh(gram(scaled, torch.float64).values).eigenvectors
    leading = vectors[:, -k:]
    if float32_is_kept(wide):
        leading = leading.float()
    else:
        wide = wide.double()
    if 2 * k < len(wide):
        return leading @ (leading.T @ wide)
    return (leading @ leading.T) @ wide
