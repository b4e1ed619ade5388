"""Levels: what a contestant reached at one sparsity, over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.analysis.contestants import one_contestant, one_sparsity, told_apart
from bench.analysis.intervals import estimate
from bench.analysis.quantity import quantity
from bench.analysis.selection import select
from bench.registry.contracts import Analysed

if TYPE_CHECKING:
    import pandas as pd


def metric_at(frame: pd.DataFrame, *, metric: str, where: Sequence[str], cells: str = "one") -> Analysed:
    """The mean of a quantity over the seeds of one contestant at one sparsity, with its t-interval.

    Args:
        frame: the tidy frame.
        metric: the quantity.
        where: conditions on the records that count.
        cells: "one" where they leave one contestant; "min" or "max" for the least or the largest mean of
            the several that they leave, with its own interval; the details then name it.

    Raises:
        UserError: where the selection matches several sparsities, or contestants and one is asked for,
            or a name is unknown.
    """
    selected = select(frame, where)
    rows = selected.rows
    if rows.empty:
        return Analysed(None, details={"reason": selected.reason})
    if cells == "one":
        one_contestant(rows)
    one_sparsity(rows)
    values = quantity(rows, metric).dropna()
    found = {entry: mean for entry, group in values.groupby(rows["entry"]) if (mean := estimate(list(group)))}
    if not found:
        return Analysed(None, details={"reason": f"no selected record has a value of '{metric}'"})
    entry, chosen = (max if cells == "max" else min)(found.items(), key=lambda item: item[1].mean)
    details: dict[str, float | int | str | None] = {"seeds": chosen.n}
    if cells != "one":
        details |= {"cells": len(found), "cell": told_apart(rows)[str(entry)]}
    return Analysed(chosen.mean, chosen.low, chosen.high, details)


def difference_to_dense(
    frame: pd.DataFrame, *, metric: str, where: Sequence[str], cells: str = "one"
) -> Analysed:
    """By how much a metric of the pruned networks exceeds that of their own dense ones, seed by seed.

    The metric needs its counterpart `METRIC_dense`. Raises `UserError` as `metric_at` does.
    """
    return metric_at(frame, metric=f"{metric} - {metric}_dense", where=where, cells=cells)
