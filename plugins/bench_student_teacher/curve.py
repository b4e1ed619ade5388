"""An error by the number of units kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST_POINTS = 3


@dataclass(frozen=True)
class Curve:
    """Errors by the number of units kept; both of shape (points,), units rising, errors positive.

    `variance` is that of the targets, NaN where it is not known.
    """

    units: np.ndarray
    errors: np.ndarray
    variance: float = float("nan")

    @classmethod
    def read(
        cls,
        errors: Sequence[float | None],
        units: Sequence[float | None] | None,
        variance: float = float("nan"),
    ) -> Curve | None:
        """The points of a record's curve that are there; `units` are 0, 1, … unless given.

        An error of zero is taken for the least positive one, so that logarithms are finite.

        Returns:
            None where fewer than three points are left, or no error is positive.
        """
        y = np.array([np.nan if value is None else value for value in errors], dtype=float)
        x = np.arange(len(y)) if units is None else np.array(units, dtype=float)
        if x.shape != y.shape:
            return None
        there = np.isfinite(x) & np.isfinite(y) & (y >= 0)
        x, y = x[there], y[there]
        if len(y) < FEWEST_POINTS or not (np.diff(x) > 0).all() or not (y > 0).any():
            return None
        return cls(x, np.maximum(y, y[y > 0].min()), variance)

    @property
    def height(self) -> float:
        """h, the number of units of the whole network."""
        return float(self.units[-1])

    @property
    def floor(self) -> float:
        """The error of the whole network."""
        return float(self.errors[-1])

    @property
    def logs(self) -> np.ndarray:
        """log₁₀ of the errors."""
        return np.asarray(np.log10(self.errors))

    def at(self, units: float) -> float:
        """The error with so many units, log-linear between points; NaN outside of them."""
        if not self.units[0] <= units <= self.units[-1]:
            return float("nan")
        return float(10 ** np.interp(units, self.units, self.logs))
