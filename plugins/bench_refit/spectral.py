"""The least spectral norm of a matrix of which some entries are free."""

from __future__ import annotations

import torch
from torch import Tensor

from bench import linalg

_STEP = 5.0


def least_residual(start: Tensor, free: Tensor, iterations: int) -> Tensor:
    """Lower ‖E‖₂ over the free entries of E by Douglas-Rachford splitting, from E = `start`.

    The problem is convex: minimise ‖E‖₂ over the matrices that agree with `start` where entries are not
    free. The splitting (Lions and Mercier, SIAM J. Numer. Anal. 1979) converges to its minimum for any
    step; here the step is 5·‖start‖₂. Of all iterates, which all agree with `start`, the one of least
    norm is returned, so it is never worse than `start`. An iteration takes one eigenproblem of the
    shorter side.

    Args:
        start: shape (m, n), float64, finite.
        free: shape (m, n), boolean.
        iterations: how many, from 0.

    Returns:
        Shape (m, n), float64.
    """
    largest = float(start.abs().max()) if start.numel() else 0.0
    if largest == 0 or not bool(free.any()):
        return start
    fixed = start / largest
    least = linalg.spectral_norm(fixed).value
    step = _STEP * least
    best = shadow = fixed
    for _ in range(iterations):
        current = torch.where(free, shadow, fixed)
        norm = linalg.spectral_norm(current).value
        if norm < least:
            least, best = norm, current
        shadow = shadow + shrink_largest(2 * current - shadow, step) - current
    current = torch.where(free, shadow, fixed)
    return (current if linalg.spectral_norm(current).value < least else best) * largest


def shrink_largest(matrix: Tensor, step: float) -> Tensor:
    """The proximal map of step·‖·‖₂: singular values are cut at the level τ where Σ(σᵢ − τ)₊ = step.

    Zero where the singular values sum to no more than the step (Parikh and Boyd, Proximal Algorithms,
    2014, section 6.7).
    """
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    squares, vectors = torch.linalg.eigh(wide @ wide.T)
    sizes, vectors = squares.clamp_min(0).sqrt().flip(0), vectors.flip(1)
    sums = sizes.cumsum(0)
    if float(sums[-1]) <= step:
        return torch.zeros_like(matrix)
    levels = (sums - step) / torch.arange(1, len(sizes) + 1, dtype=sizes.dtype, device=sizes.device)
    count = int((sizes > levels).sum())
    leading = vectors[:, :count]
    cut = 1 - levels[count - 1] / sizes[:count]
    shrunk: Tensor = wide - (leading * cut) @ (leading.T @ wide)
    return shrunk if wide is matrix else shrunk.T
