"""Levels: what one contestant reached at one sparsity, over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.analysis.contestants import one_contestant, one_sparsity
from bench.analysis.intervals import estimate
from bench.analysis.quantity import quantity
from bench.analysis.selection import select
from bench.registry.contracts import Analysed

if TYPE_CHECKING:
    import pandas as pd


def metric_at(frame: pd.DataFrame, *, metric: str, where: Sequence[str]) -> Analysed:
    """The mean of a quantity over the seeds of one contestant at one sparsity, with its t-interval.

    Raises:
        UserError: where the selection matches several contestants or sparsities, or a name is unknown.
    """
    selected = select(frame, where)
    rows = selected.rows
    if rows.empty:
        return Analysed(None, details={"reason": selected.reason})
    one_contestant(rows)
    one_sparsity(rows)
    values = quantity(rows, metric).dropna()
    found = estimate([float(value) for value in values])
    if found is None:
        return Analysed(None, details={"reason": f"no selected record has a value of '{metric}'"})
    return Analysed(found.mean, found.low, found.high, {"seeds": found.n})


def difference_to_dense(frame: pd.DataFrame, *, metric: str, where: Sequence[str]) -> Analysed:
    """By how much a metric of the pruned networks exceeds that of their own dense ones, seed by seed.

    The metric needs its counterpart `METRIC_dense`. Raises `UserError` as `metric_at` does.
    """
    return metric_at(frame, metric=f"{metric} - {metric}_dense", where=where)
