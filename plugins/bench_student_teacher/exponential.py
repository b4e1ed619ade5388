"""The exponential that fits points best, with an offset, by exact elimination of all but its rate."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

_SLOWEST, _FASTEST, _TRIED = 0.05, 200.0, 200


def decay_rate(x: np.ndarray, y: np.ndarray) -> float:
    """The rate b of the least-squares fit y ≈ a·exp(−b·x) + c with a, b > 0.

    For each b the best a and c are those of a straight line; b itself is sought between 0.05 and 200 in
    a fine scan and then by Brent's method. It does not change when y is scaled or shifted.

    Args:
        x: shape (n,), finite.
        y: shape (n,), finite.

    Returns:
        NaN where there are fewer than four points, y does not fall, or the best b is at an end.
    """
    if len(x) < 4 or np.ptp(y) == 0 or np.ptp(x) == 0:
        return float("nan")
    level = (y - y.mean()) / np.ptp(y)
    rates = np.log(np.geomspace(_SLOWEST, _FASTEST, _TRIED))
    left = np.array([_residual(rate, x, level) for rate in rates])
    best = int(left.argmin())
    if best in (0, _TRIED - 1):
        return float("nan")
    found = minimize_scalar(
        _residual,
        bounds=(rates[best - 1], rates[best + 1]),
        args=(x, level),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return float(np.exp(found.x))


def _residual(log_rate: float, x: np.ndarray, level: np.ndarray) -> float:
    """The sum of squares that the best a and c leave of `level`, whose mean is 0."""
    basis = np.exp(-np.exp(log_rate) * (x - x.min()))
    basis = basis - basis.mean()
    size = float(basis @ basis)
    total = float(level @ level)
    along = max(float(basis @ level), 0.0)
    return total if size == 0 else total - along**2 / size
