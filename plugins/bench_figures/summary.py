"""Several records as one: a centre and how far they lie apart."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

import bench


@dataclass(frozen=True)
class Summary:
    """How several values become one: `centre` is "mean" or "median", `band` as the parameter says."""

    centre: str
    band: str

    def of(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Centre, lower and upper end of each column; NaN is left out, and stands where nothing is.

        Args:
            values: shape (records, n).

        Returns:
            Three arrays of shape (n,); the ends are NaN where there is no interval.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # columns of NaN alone
            middle = (np.nanmedian if self.centre == "median" else np.nanmean)(values, axis=0)
            low, high = self._ends(values)
        return middle, low, high

    def one(self, values: np.ndarray) -> tuple[float, float, float]:
        """The same of one column, of shape (records,)."""
        middle, low, high = self.of(np.asarray(values, dtype=float)[:, None])
        return float(middle[0]), float(low[0]), float(high[0])

    def _ends(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        nothing = np.full(values.shape[1], np.nan)
        if self.band == "iqr":
            low, high = np.nanquantile(values, [0.25, 0.75], axis=0)
            return low, high
        if self.band == "range":
            return np.nanmin(values, axis=0), np.nanmax(values, axis=0)
        if self.band == "none":
            return nothing, nothing
        found = [
            bench.analysis.estimate([float(v) for v in column[~np.isnan(column)]]) for column in values.T
        ]
        low = [np.nan if one is None or one.low is None else one.low for one in found]
        high = [np.nan if one is None or one.high is None else one.high for one in found]
        return np.array(low), np.array(high)


def summary_of(params: dict[str, Any] | bench.Params) -> Summary:
    """The summary that a figure's parameters ask for."""
    return Summary(params["centre"], params["band"])
