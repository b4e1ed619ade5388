"""The difference of two contestants' median transition points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench import Analysed, UserError
from bench_student_teacher.amounts import Asked, amount
from bench_student_teacher.cells import Cells, Details, Statistic, arranged, median, stated
from bench_student_teacher.runs import Runs

_REPORTS = ("median", "error")


def difference(one: Runs, other: Runs, asked: Asked) -> Analysed:
    """The median n* of `one` minus that of `other`, in each cell that both have.

    Raises:
        UserError: where a side has several contestants of a cell, both have the same one, or the report
            is not of two sides.
    """
    if asked.report not in _REPORTS:
        raise UserError(f"report = '{asked.report}' is not of two sides", f"use {' or '.join(_REPORTS)}")
    for name, side in (("one", one), ("other", other)):
        if not side.runs:
            return Analysed(None, details={"reason": f"'{name}': {side.reason}"})
        _one_in_each_cell(name, side)
    if one.labels.keys() & other.labels.keys():
        raise UserError("'one' and 'other' match the same contestant", "let their conditions differ")
    shared = {run.cell for run in one.standing} & {run.cell for run in other.standing}
    if not shared:
        reason = "the two have no network of the same task and model with more units than its teacher"
        return Analysed(None, details={"reason": reason})
    if len(shared) > 1 and asked.cells == "one":
        raise UserError(f"the two meet in {len(shared)} cells", 'say which counts: cells = "min" or "max"')
    parts = [_amounts(side, shared, asked) for side in (one, other)]
    counts: Details = {
        f"counted_{name}": int(np.isfinite(list(part.values())).sum())
        for name, part in zip(("one", "other"), parts, strict=True)
    }
    labels = {run.cell: one.labels[run.entry] for run in one.runs}
    return stated(_beside(parts, labels), _over_seeds(asked), asked.cells, counts)


def _one_in_each_cell(name: str, side: Runs) -> None:
    entries = {(run.cell, run.entry) for run in side.runs}
    if len(entries) > len({cell for cell, _ in entries}):
        raise UserError(
            f"'{name}' matches several contestants of a cell: {'; '.join(sorted(side.labels.values()))}",
            f"add conditions to `{name}` that leave one of them",
        )


def _amounts(side: Runs, shared: set[str], asked: Asked) -> dict[tuple[str, int], float]:
    return {(run.cell, run.seed): amount(run, asked) for run in side.standing if run.cell in shared}


def _beside(parts: Sequence[dict[tuple[str, int], float]], labels: dict[str, str]) -> Cells:
    """The numbers of both sides, shape (seeds, cells, 2)."""
    places = sorted({place for part in parts for place in part})
    tables = [
        arranged([(cell, seed, part.get((cell, seed), float("nan"))) for cell, seed in places], labels)
        for part in parts
    ]
    return Cells(tables[0].keys, tables[0].labels, np.stack([table.numbers for table in tables], axis=-1))


def _over_seeds(asked: Asked) -> Statistic:
    def over_seeds(numbers: np.ndarray) -> np.ndarray:
        """Map (draws, seeds, cells, 2) to (draws, cells)."""
        medians = median(numbers)
        found = medians[..., 0] - medians[..., 1]
        return np.asarray(np.abs(found) if asked.report == "error" else found)

    return over_seeds
