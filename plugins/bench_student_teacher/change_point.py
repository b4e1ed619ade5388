"""Where a sequence changes: its mean, or its slope. Exact least squares over all places."""

from __future__ import annotations

import numpy as np

_ROUNDING = 1e-12


def change_point(values: np.ndarray) -> int | None:
    """How many of `values` come before their mean changes, by maximum likelihood.

    Values are normal, of one mean before the change and another after it, and of a common variance: the
    split that leaves the least residual sum of squares, found in O(n); of equals the earliest.

    Args:
        values: shape (n,), finite.

    Returns:
        From 1 to n − 1; None where the values do not differ, or there are fewer than two.
    """
    n = len(values)
    if n < 2:
        return None
    centred = values - values.mean()
    total = float(centred @ centred)
    if total <= _ROUNDING**2 * float(values @ values):
        return None
    before = np.arange(1, n)
    gains = np.cumsum(centred)[:-1] ** 2 * (1 / before + 1 / (n - before))
    return int(before[_first_of_best(gains, total)])


def hinge(places: np.ndarray, values: np.ndarray) -> int | None:
    """The place from which on `values` are level: the second knot of a continuous line of three pieces.

    Two pieces of any slope, then a level one; the knots are inner places, which may coincide, and all
    pairs are tried by least squares. Where several leave the same residual, the earliest level counts.

    Args:
        places: shape (n,), rising.
        values: shape (n,), finite.

    Returns:
        An index of `places`; None where the values do not differ, or there are fewer than three.
    """
    if len(places) < 3:
        return None
    centred = values - values.mean()
    total = float(centred @ centred)
    if total <= _ROUNDING**2 * float(values @ values):
        return None
    ramps = np.maximum(places[1:-1, None] - places[None], 0.0)
    ramps = ramps - ramps.mean(1, keepdims=True)
    gram, along = ramps @ ramps.T, ramps @ centred
    return 1 + _first_of_best(_gains(gram, along).max(0), total)


def _gains(gram: np.ndarray, along: np.ndarray) -> np.ndarray:
    """The sum of squares that the ramps of two knots explain, shape (first knot, second knot)."""
    sizes = np.diag(gram)
    single = along**2 / sizes
    rest = along[:, None] - gram * (along / sizes)[None]
    left = sizes[:, None] - gram**2 / sizes[None]
    apart = left > _ROUNDING * sizes[:, None]
    more = np.divide(rest**2, left, out=np.zeros_like(left), where=apart)
    ordered = np.triu(np.ones_like(gram, dtype=bool))
    return np.where(ordered, single[None] + more, -np.inf)


def _first_of_best(gains: np.ndarray, total: float) -> int:
    """The first index whose gain is the largest, but for rounding."""
    return int(np.argmax(gains >= gains.max() - 1e-10 * total))
