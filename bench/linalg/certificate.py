"""Two-sided bounds on the largest eigenvalue of a Gram matrix, proved by a Cholesky factorisation.

Let G = AAᵀ, G̃ its computed form with ‖G̃ − G‖₂ ≤ η, Q an orthonormal basis near the leading
eigenvectors, T = QᵀGQ with largest eigenvalue θ, and R = GQ − QT. If B = (μ − η)I − G̃ + θQQᵀ is positive
semidefinite then zᵀGz ≤ μzᵀz for every z ⟂ Q, hence

    θ ≤ λ_max(G) ≤ largest eigenvalue of [[θ, ‖R‖], [‖R‖, μ]] ≤ U  whenever  μ ≤ U − ‖R‖²/(U − θ).

(The 2×2 comparison is the block form of Haynsworth's and of Parlett's section 10; a completed Cholesky
factorisation of B in floating point proves B ⪰ −γ tr(B): Demmel 1989, Rump, BIT 2006.) The weakest μ that
still gives U is tried, so where the spectrum has a gap a coarse G̃ proves a fine U: T and R come from A
itself in float64 and only η is as coarse as G̃.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

import torch

from bench.linalg.gram import Gram, gamma

if TYPE_CHECKING:
    from torch import Tensor

_WIDTH = 512


class Projection(NamedTuple):
    """A's action on an orthonormal basis of j columns: the matrix T, ‖R‖_F and the rounding in both."""

    basis: Tensor
    ritz: float
    residual: float
    rounding: float


def complement_limit(ritz: float, residual: float, target: float) -> float:
    """Return the largest μ for which [[ritz, residual], [residual, μ]] has no eigenvalue above target."""
    slack = target - ritz
    return target - residual**2 / slack if slack > 0 else -inf


def project(wide: Tensor, basis: Tensor, energy: float) -> Projection:
    """Compute θ, ‖R‖_F and their rounding in one float64 pass over A, of shape (m, n).

    Each of the four products that lead to T and R, and the distance of the basis from orthonormal
    (its Gram matrix is measured), contributes at most 2j·γ_{m+n+j}·‖A‖_F².
    """
    m, n = wide.shape
    j = basis.shape[1]
    image = torch.zeros_like(basis)
    for start in range(0, n, _WIDTH):
        panel = wide[:, start : start + _WIDTH].double()
        image += panel @ (panel.T @ basis)
    inner = basis.T @ image
    inner = (inner + inner.T) / 2
    residual = float(torch.linalg.norm(image - basis @ inner))
    skew = float(torch.linalg.norm(basis.T @ basis - torch.eye(j, dtype=basis.dtype, device=basis.device)))
    rounding = (8 * j * gamma(m + n + j, torch.float64) + 4 * skew) * energy
    return Projection(basis, float(torch.linalg.eigvalsh(inner)[-1]), residual, rounding)


def proves(approximation: Gram, projection: Projection, target: float) -> bool:
    """Say whether λ_max(AAᵀ) ≤ target is proved; False says nothing about λ_max."""
    m = len(approximation.values)
    basis, ritz, residual, rounding = projection
    limit = complement_limit(ritz + rounding, residual + rounding, target)
    growth = gamma(m + 3, torch.float64)
    drop = 2 * growth * (m * max(limit, 0.0) + ritz * basis.shape[1])
    diagonal = limit - drop - rounding - approximation.error
    if diagonal <= 0:
        return False
    shifted = ritz * (basis @ basis.T) - approximation.values
    shifted.diagonal().add_(diagonal)
    return int(torch.linalg.cholesky_ex(shifted).info) == 0
