"""The analysis `path-distribution`: how far the path weights of students are from their teachers'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench import Analysed
from bench.analysis import one_sparsity, quantity, select, told_apart
from bench_student_teacher.cells import arranged, check_cells, mean, median, stated

if TYPE_CHECKING:
    import pandas as pd


def path_distances(
    frame: pd.DataFrame, where: Sequence[str], metric: str, statistic: str, cells: str
) -> Analysed:
    """The median or mean over seeds of a distance that the measure `path-distribution` gave.

    Args:
        frame: the tidy frame.
        where: the conditions on records.
        metric: "paths_w1_core" or another of the measure's.
        statistic: "median" or "mean".
        cells: which contestant's number counts: "one" where there is one alone, "min" or "max".

    Raises:
        UserError: where the conditions do not name what is asked for, or no record has the metric.
    """
    selected = select(frame, where)
    rows = selected.rows
    if rows.empty:
        return Analysed(None, details={"reason": selected.reason})
    one_sparsity(rows)
    labels = told_apart(rows)
    check_cells(labels, cells)
    numbers = [float(value) for value in quantity(rows, metric)]
    found = list(zip(rows["entry"], rows["spec.seed"], numbers, strict=True))
    return stated(arranged(found, labels), mean if statistic == "mean" else median, cells, {})
