"""The analysis `transition`: at how many units the plateau of an error begins, against the teacher's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from bench import Analysed, UserError
from bench_student_teacher.cells import Cells, Details, Statistic, arranged, check_cells, mean, median, stated
from bench_student_teacher.estimators import transition_point
from bench_student_teacher.runs import Counting, Run, Runs, read_runs
from bench_student_teacher.slopes import slope_on_height

if TYPE_CHECKING:
    import pandas as pd

REPORTS = ("median", "error", "share", "relative", "depth", "rest", "slope")
_OF_CONTESTS = ("median", "error")


@dataclass(frozen=True)
class Asked:
    """What is asked of the transition points.

    Args:
        estimator: see `transition_point`; `factor` is of its tolerance.
        report: one of `REPORTS`; see `docs/claims.md`.
        within: how far n* may be from n_T to count for "share".
        cells: which cell's number counts: "one" where there is one alone, "min" or "max".
    """

    estimator: str = "change-point"
    factor: float = 2.0
    report: str = "median"
    within: float = 2.0
    cells: str = "one"


@dataclass(frozen=True)
class Contestants:
    """The conditions on records, and those of two sides; both empty where there is no contest."""

    where: Sequence[str] = ()
    one: Sequence[str] = ()
    other: Sequence[str] = ()


def transition(frame: pd.DataFrame, who: Contestants, asked: Asked, counting: Counting) -> Analysed:
    """A statement on the transition points n* of one contestant, several, or two.

    Raises:
        UserError: where the conditions do not name what is asked for, or no record has the curve or
            the teacher's size.
    """
    if who.one or who.other:
        return _contest(frame, who, asked, counting)
    found = read_runs(frame, who.where, counting)
    if not found.runs:
        return Analysed(None, details={"reason": found.reason})
    amounts = [amount(run, asked) for run in found.runs]
    details = _details(found, amounts)
    if asked.report == "slope":
        return slope_on_height(found, amounts, details)
    check_cells(found.labels, asked.cells)
    entries = [(run.entry, run.seed, value) for run, value in zip(found.runs, amounts, strict=True)]
    return stated(arranged(entries, found.labels), _over_seeds(asked), asked.cells, details)


def amount(run: Run, asked: Asked) -> float:
    """What a run adds to the report; NaN where it does not count or the number is undefined."""
    if run.curve is None or run.fate != "counted":
        return float("nan")
    if asked.report == "depth":
        return run.curve.at(0.75 * run.teacher) / run.curve.at(run.teacher)
    if asked.report == "rest":
        return run.curve.at(1.25 * run.teacher) / run.curve.floor
    point = transition_point(run.curve, asked.estimator, asked.factor)
    return point / run.teacher if asked.report == "relative" else point - run.teacher


def _over_seeds(asked: Asked) -> Statistic:
    match asked.report:
        case "error":
            return lambda numbers: np.abs(median(numbers))
        case "share":
            return partial(_share, within=asked.within)
        case _:
            return median


def _share(numbers: np.ndarray, within: float) -> np.ndarray:
    return mean(np.where(np.isnan(numbers), np.nan, np.abs(numbers) <= within))


def _contest(frame: pd.DataFrame, who: Contestants, asked: Asked, counting: Counting) -> Analysed:
    if asked.report not in _OF_CONTESTS:
        raise UserError(
            f"report = '{asked.report}' is not of two sides", f"use one of {', '.join(_OF_CONTESTS)}"
        )
    sides = [read_runs(frame, [*who.where, *own], counting) for own in (who.one, who.other)]
    for name, side in zip(("one", "other"), sides, strict=True):
        if not side.runs:
            return Analysed(None, details={"reason": f"'{name}': {side.reason}"})
        _one_in_each_cell(name, side)
    if sides[0].labels.keys() & sides[1].labels.keys():
        raise UserError("'one' and 'other' match the same contestant", "let their conditions differ")
    shared = {run.cell for run in sides[0].runs} & {run.cell for run in sides[1].runs}
    if not shared:
        return Analysed(None, details={"reason": "the two have no task and model in common"})
    if len(shared) > 1 and asked.cells == "one":
        raise UserError(f"the two meet in {len(shared)} cells", 'say which counts: cells = "min" or "max"')
    parts = [_side(side, shared, asked) for side in sides]
    counts: Details = {
        f"counted_{name}": int(np.isfinite(list(part.values())).sum())
        for name, part in zip(("one", "other"), parts, strict=True)
    }
    return stated(_beside(parts), _difference(asked), asked.cells, counts)


def _one_in_each_cell(name: str, side: Runs) -> None:
    entries = {(run.cell, run.entry) for run in side.runs}
    if len(entries) > len({cell for cell, _ in entries}):
        raise UserError(
            f"'{name}' matches several contestants of a cell: {'; '.join(sorted(side.labels.values()))}",
            f"add conditions to `{name}` that leave one of them",
        )


def _side(side: Runs, shared: set[str], asked: Asked) -> dict[tuple[str, int], float]:
    return {(run.cell, run.seed): amount(run, asked) for run in side.runs if run.cell in shared}


def _beside(parts: Sequence[dict[tuple[str, int], float]]) -> Cells:
    """The numbers of both sides, shape (seeds, cells, 2)."""
    places = sorted({place for part in parts for place in part})
    tables = [
        arranged([(cell, seed, part.get((cell, seed), float("nan"))) for cell, seed in places], {})
        for part in parts
    ]
    return Cells(tables[0].keys, tables[0].labels, np.stack([table.numbers for table in tables], axis=-1))


def _difference(asked: Asked) -> Statistic:
    def over_seeds(numbers: np.ndarray) -> np.ndarray:
        medians = median(numbers)
        found = medians[..., 0] - medians[..., 1]
        return np.asarray(np.abs(found) if asked.report == "error" else found)

    return over_seeds


def _details(found: Runs, amounts: Sequence[float]) -> Details:
    """What became of the runs; those that count but have no number are undefined."""
    details = found.fates()
    counted = int(np.isfinite(amounts).sum())
    lost = sum(run.fate == "counted" for run in found.runs) - counted
    undefined = sum(run.fate == "undefined" for run in found.runs)
    return {**details, "counted": counted, "undefined": undefined + lost}
