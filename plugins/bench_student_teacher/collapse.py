"""The analysis `collapse`: whether errors by units kept are one curve for all heights h."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench import Analysed
from bench_student_teacher.cells import Details, arranged, median, pooled
from bench_student_teacher.exponential import decay_rate
from bench_student_teacher.runs import Counting, Run, read_runs
from bench_student_teacher.slopes import heights_of

if TYPE_CHECKING:
    import pandas as pd

_PLACES = (-0.75, -0.5, -0.25)


def collapse(frame: pd.DataFrame, where: Sequence[str], counting: Counting) -> Analysed:
    """The rate b at which errors fall, MSE(n) ≈ a·exp(−b·x) + c over x = (n − n_T)/n_T ≤ 0.

    Fitted run by run, so that each run's own scale and floor do not matter; the value is the median over
    all runs, with a bootstrap interval over seeds. Details: b by h and n_T, and `spread`, the largest gap
    in decades between heights of the median MSE(n)/MSE(h) at equal x = −0.75, −0.5 or −0.25.

    Raises:
        UserError: where several contestants have the same h and teacher's size, or no record has the
            curve or the teacher's size.
    """
    found = read_runs(frame, where, counting)
    if not found.runs:
        return Analysed(None, details={"reason": found.reason})
    sizes = {entry: f"h{height:g}" for entry, height in heights_of(found).items()}
    if not sizes:
        return Analysed(
            None, details={**found.fates(), "reason": "no network has more units than its teacher"}
        )
    teachers = {run.entry: run.teacher for run in found.runs}
    if len({teachers[entry] for entry in sizes}) > 1:
        sizes = {entry: f"{label}_teacher{teachers[entry]:g}" for entry, label in sizes.items()}
    runs = [run for run in found.standing if run.entry in sizes]
    cells = arranged([(run.entry, run.seed, rate(run)) for run in runs], sizes)
    by_size: Details = {
        f"b_{label}": float(value) if np.isfinite(value) else None
        for label, value in zip(cells.labels, median(cells.numbers, axis=0), strict=True)
    }
    details = {**found.fates(), **by_size, "spread": spread(runs)}
    return pooled(cells, lambda drawn: median(drawn.reshape(len(drawn), -1)), details)


def rate(run: Run) -> float:
    """The rate b of one run; NaN where it does not count, or has fewer than four points up to n_T."""
    if run.curve is None or run.fate != "counted":
        return float("nan")
    rising = run.curve.units <= run.teacher
    x = run.curve.units[rising] / run.teacher - 1
    return decay_rate(x, run.curve.errors[rising] / run.curve.floor)


def spread(runs: Sequence[Run]) -> float | None:
    """The largest gap between heights, in decades, of the median MSE(n)/MSE(h) at equal (n − n_T)/n_T.

    Only networks with the same teacher's size are compared; None where there are no two heights.
    """
    levels: dict[tuple[float, float], list[list[float]]] = defaultdict(list)
    for run in runs:
        if run.curve is not None and run.fate == "counted":
            points = [np.log10(run.curve.at((1 + x) * run.teacher) / run.curve.floor) for x in _PLACES]
            levels[run.teacher, run.curve.height].append(points)
    medians: dict[float, list[np.ndarray]] = defaultdict(list)
    for (teacher, _), points in levels.items():
        medians[teacher].append(median(np.array(points), axis=0))
    gaps = [np.ptp(np.array(found), axis=0).max() for found in medians.values() if len(found) > 1]
    return float(max(gaps)) if gaps and np.isfinite(max(gaps)) else None
