"""Trends: how two quantities go together over many records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench.analysis.bootstrap import bootstrap
from bench.analysis.intervals import half_width
from bench.analysis.scatter import Points, Scatter, points
from bench.registry.contracts import Analysed

if TYPE_CHECKING:
    import pandas as pd

_COMBINED: Mapping[str, Callable[[np.ndarray], float]] = {
    "mean": lambda values: float(values.mean()),
    "median": lambda values: float(np.median(values)),
    "min": lambda values: float(values.min()),
    "max": lambda values: float(values.max()),
}
COMBINE = tuple(_COMBINED)


def spearman(frame: pd.DataFrame, *, scatter: Scatter, within: Sequence[str], combine: str) -> Analysed:
    """Spearman's rank correlation of two quantities over records; ties have their mean rank.

    Without `within`, all selected records are pooled, and the interval is a percentile bootstrap over
    records, from ten on, which takes them for independent. With `within`, such as ["sparsity"], the
    correlation is taken in each group of three records or more, and `combine` (mean, median, min or
    max) makes one number of them; there is no interval, and `details` give the smallest and largest.

    Raises:
        UserError: for an unknown name or condition.
    """
    found = points(frame, scatter, within)
    if not within or found.rows.empty:
        return _pooled(found)
    groups = [part for _, part in found.rows.groupby(list(found.groups)) if len(part) >= 3]
    rhos = np.array([_spearman(_codes(part[["x", "y"]].to_numpy(float))[None])[0] for part in groups])
    rhos = rhos[np.isfinite(rhos)]
    if not len(rhos):
        return Analysed(None, details={"reason": "no group has three records that differ"})
    spread = {"groups": len(rhos), "smallest": float(rhos.min()), "largest": float(rhos.max())}
    return Analysed(_COMBINED[combine](rhos), details=spread)


def slope(frame: pd.DataFrame, *, scatter: Scatter, log_x: bool, log_y: bool) -> Analysed:
    """The least-squares slope of y on x over records, with its t-interval from three records on.

    With both logarithms it is the exponent of a power law; records whose logarithm is undefined are
    then left out. The interval takes records for independent. Raises `UserError` as `spearman` does.
    """
    found = points(frame, scatter)
    rows = found.rows
    for name in [name for name, wanted in (("x", log_x), ("y", log_y)) if wanted]:
        rows = rows[rows[name] > 0]
        rows = rows.assign(**{name: np.log(rows[name].to_numpy(float))})
    across, up = rows["x"].to_numpy(float), rows["y"].to_numpy(float)
    if len(across) < 2 or across.min() == across.max():
        return Analysed(None, details={"reason": found.reason or f"'{scatter.x}' takes no two values"})
    steps, n = across - across.mean(), len(across)
    spread = float(steps @ steps)
    value = float(steps @ (up - up.mean())) / spread
    if n < 3:
        return Analysed(value, details={"records": n})
    left = up - up.mean() - value * steps
    error = np.sqrt(left @ left / (n - 2) / spread)
    half = float(half_width(error * np.sqrt(n - 1), n - 1))  # n − 2 degrees of freedom
    return Analysed(value, value - half, value + half, {"records": n})


def _pooled(found: Points) -> Analysed:
    values = _codes(found.rows[["x", "y"]].to_numpy(float))
    rho = float(_spearman(values[None])[0]) if len(values) >= 3 else float("nan")
    if not np.isfinite(rho):
        reason = found.reason or f"{len(values)} records do not give a correlation"
        return Analysed(None, details={"reason": reason})
    low, high = bootstrap(_spearman, values)
    return Analysed(rho, low, high, {"records": len(values)})


def _codes(values: np.ndarray) -> np.ndarray:
    """Whole numbers from 0 in the order of the values in each column; equal values have equal ones."""
    columns = [np.unique(column, return_inverse=True)[1] for column in values.T]
    return np.stack(columns, axis=1) if len(values) else np.zeros(values.shape, int)


def _spearman(samples: np.ndarray) -> np.ndarray:
    """The correlation of each sample of codes of shape (n, 2); NaN where a side has one value alone."""
    ranks = np.stack([_ranks(samples[..., side]) for side in (0, 1)], axis=-1)
    ranks = ranks - ranks.mean(axis=1, keepdims=True)
    across, up = ranks[..., 0], ranks[..., 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = (across * up).sum(1) / np.sqrt((across**2).sum(1) * (up**2).sum(1))
    return np.asarray(np.clip(rho, -1, 1))


def _ranks(codes: np.ndarray) -> np.ndarray:
    """The ranks within each row of `codes`, (draws, n), ties at their mean: by counting, not by sorting."""
    draws, most = len(codes), int(codes.max(initial=0)) + 1
    flat = codes + most * np.arange(draws)[:, None]
    counts = np.bincount(flat.ravel(), minlength=draws * most).reshape(draws, most)
    ranks = counts.cumsum(axis=1) - (counts - 1) / 2
    return np.take_along_axis(ranks, codes, axis=1)
