"""Distances of two samples' distributions, all from one sort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Distances:
    """How far two empirical distribution functions U and V lie apart.

    Args:
        ks: max |U − V|, the statistic of Kolmogorov and Smirnov.
        energy: √(2·∫(U − V)²), the energy distance (Székely and Rizzo, 2013).
        wasserstein: ∫|U − V|, the Wasserstein distance of order 1.
    """

    ks: float
    energy: float
    wasserstein: float


def distances(one: np.ndarray, other: np.ndarray) -> Distances:
    """The distances of two samples, shapes (n,) and (m,), neither empty; they need not be sorted."""
    values = np.concatenate([one, other])
    order = np.argsort(values, kind="stable")
    widths = np.diff(values[order])
    below = np.cumsum(order < len(one))[:-1]
    gaps = below / len(one) - (np.arange(1, len(values)) - below) / len(other)
    apart = np.abs(gaps[widths > 0])
    return Distances(
        ks=float(apart.max(initial=0.0)),
        energy=float(np.sqrt(2 * (gaps**2 @ widths))),
        wasserstein=float(np.abs(gaps) @ widths),
    )
