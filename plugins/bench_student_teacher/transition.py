"""The analysis `transition`: at how many units the plateau of an error begins, against the teacher's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from bench import Analysed
from bench_student_teacher.amounts import Asked, amount
from bench_student_teacher.cells import Details, Statistic, arranged, check_cells, mean, median, stated
from bench_student_teacher.contest import difference
from bench_student_teacher.runs import Counting, Runs, read_runs
from bench_student_teacher.slopes import slope_on_height

if TYPE_CHECKING:
    import pandas as pd


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
        one, other = (read_runs(frame, [*who.where, *own], counting) for own in (who.one, who.other))
        return difference(one, other, asked)
    found = read_runs(frame, who.where, counting)
    if not found.runs:
        return Analysed(None, details={"reason": found.reason})
    amounts = [(run.entry, run.seed, amount(run, asked)) for run in found.standing]
    details = _details(found, [value for _, _, value in amounts])
    if asked.report == "slope":
        return slope_on_height(found, amounts, details)
    check_cells(found.labels, asked.cells)
    if not amounts:
        return Analysed(None, details={**details, "reason": "no network has more units than its teacher"})
    return stated(arranged(amounts, found.labels), _over_seeds(asked), asked.cells, details)


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


def _details(found: Runs, amounts: Sequence[float]) -> Details:
    """What became of the runs; those that count but have no number are undefined."""
    details: Details = {**found.fates()}
    counted = int(np.isfinite(amounts).sum())
    lost = sum(run.fate == "counted" for run in found.runs) - counted
    undefined = sum(run.fate == "undefined" for run in found.runs)
    return {**details, "counted": counted, "undefined": undefined + lost}
