"""Means with Student-t intervals over seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

LEVEL = 0.95
MIN_SEEDS = 3


@dataclass(frozen=True)
class Estimate:
    """A mean over `n` seeds; `half` is the interval's half-width, None below three seeds."""

    mean: float
    half: float | None
    n: int

    @property
    def low(self) -> float | None:
        """The lower end of the interval."""
        return None if self.half is None else self.mean - self.half

    @property
    def high(self) -> float | None:
        """The upper end of the interval."""
        return None if self.half is None else self.mean + self.half


def half_width(spread: np.ndarray | float, n: int) -> np.ndarray:
    """The 95 % half-width t(0.975, n − 1) · s / √n of a mean of `n` normal values.

    Args:
        spread: the standard deviation s, with n − 1 in its denominator; a number or an array.
        n: how many values each mean is of.
    """
    return np.asarray(spread) * (_quantile(n - 1) / math.sqrt(n))


@cache
def _quantile(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + LEVEL / 2))


def estimate(values: Sequence[float | None]) -> Estimate | None:
    """The mean of the values that are there, with its interval on three or more.

    Two seeds would give an interval thirteen standard errors wide, and a bootstrap one that covers
    far less than it says: below three the mean stands alone. None where nothing is there, or where
    the numbers are too large to average. Equal values have an interval of exactly no width.
    """
    there = np.array([value for value in values if value is not None], dtype=float)
    if there.size == 0:
        return None
    if there.size >= MIN_SEEDS and there.min() == there.max():
        return Estimate(float(there[0]), 0.0, int(there.size))
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(there.mean())
        half = float(half_width(there.std(ddof=1), there.size)) if there.size >= MIN_SEEDS else None
    if not math.isfinite(mean) or (half is not None and not math.isfinite(half)):
        return None
    return Estimate(mean, half, int(there.size))
