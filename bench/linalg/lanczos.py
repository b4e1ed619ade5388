"""The leading eigenvectors of a symmetric matrix by Lanczos, stopped by residuals, never by a count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

_EVERY = 8


def leading_vectors(
    symmetric: Tensor, enough: Callable[[Tensor, Tensor], int], limit: int = 96
) -> Tensor | None:
    """Return leading Ritz vectors once `enough` is content with Ritz values and their residuals.

    Lanczos with full reorthogonalisation, twice a step (Parlett, The Symmetric Eigenvalue Problem,
    chapter 13), from one fixed random start. Whether the vectors lead is for a certificate to decide.

    Args:
        symmetric: Shape (m, m), float64.
        enough: Takes descending Ritz values and their residual norms, on the CPU, and returns how many
            leading vectors will do, or 0 to go on.
        limit: The step after which the search is given up.

    Returns:
        Orthonormal columns of shape (m, j), or None where the search was given up.
    """
    m = len(symmetric)
    limit = min(limit, m)
    basis = symmetric.new_zeros((limit + 1, m))
    projected = symmetric.new_zeros((limit + 1, limit + 1))
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(m, generator=generator, dtype=torch.float64).to(symmetric.device)
    basis[0] = start / start.norm()
    for step in range(limit):
        residual = symmetric @ basis[step]
        known = basis[: step + 1]
        overlap = known @ residual
        residual -= overlap @ known
        residual -= (known @ residual) @ known
        size = residual.norm()
        basis[step + 1] = residual / size.clamp_min(torch.finfo(torch.float64).tiny)
        projected[step, step] = overlap[step]
        projected[step, step + 1] = projected[step + 1, step] = size
        steps = step + 1
        if steps % _EVERY and steps < limit:
            continue
        corner = projected[: steps + 1, : steps + 1].cpu()
        values, vectors = torch.linalg.eigh(corner[:steps, :steps])
        values, vectors = values.flip(0), vectors.flip(1)
        count = enough(values, corner[steps, steps - 1] * vectors[-1].abs())
        if count:
            ritz = basis[:steps].T @ vectors[:, :count].to(basis.device)
            leading: Tensor = torch.linalg.qr(ritz).Q
            return leading
    return None
