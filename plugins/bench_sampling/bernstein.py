"""How much each row weighs where the matrix Bernstein bound of the error is least."""

from __future__ import annotations

from math import log, sqrt

import torch
from scipy.optimize import brentq
from torch import Tensor


def row_weights(sums: Tensor, draws: int, sides: int, delta: float) -> Tensor:
    """ρᵢ(ζ) = (αzᵢ/2ζ + √((αzᵢ/2ζ)² + βzᵢ/ζ))², with ζ such that they sum to 1.

    With α = √(ln((m+n)/δ)/s) and β = ln((m+n)/δ)/3s (Achlioptas, Karnin and Liberty 2013).
    Few draws give ρ ∝ z, many ρ ∝ z².

    Args:
        sums: z, shape (m,): the rows' absolute sums, not negative, float64.
        draws: s, at least 1.
        sides: m + n.
        delta: the probability that the bound may fail, above 0 and at most 1.

    Returns:
        Shape (m,), float64: ρ, which sums to 1; all zeros if all sums are.
    """
    if not bool((sums > 0).any()):
        return torch.zeros_like(sums)
    z = sums / sums.sum()
    chance = log(sides / delta)
    alpha, beta = sqrt(chance / draws), chance / (3 * draws)
    length = float(z.square().sum().sqrt())

    def weights(zeta: float) -> Tensor:
        linear = alpha / (2 * zeta) * z
        return (linear + (linear.square() + beta / zeta * z).sqrt()).square()

    # Σρ falls with ζ. From (αz/ζ)² ≤ ρ, βz/ζ ≤ ρ and ρ ≤ (αz/ζ)² + 2βz/ζ follow the ends.
    low, high = max(alpha * length, beta), alpha * length + 2 * beta
    zeta = brentq(
        lambda guess: float(weights(guess).sum()) - 1.0,
        low * (1 - 1e-12),
        high * (1 + 1e-12),
        xtol=1e-300,
        rtol=1e-15,
    )
    found = weights(zeta)
    return found / found.sum()
