"""The runs of a tidy frame: each record's error by units kept, beside the size of its teacher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from bench import UserError
from bench.analysis import one_sparsity, quantity, select, told_apart
from bench_student_teacher.curve import Curve

if TYPE_CHECKING:
    import pandas as pd

Fate = Literal["counted", "over_pruned", "no_plateau", "undefined"]
FATES: tuple[Fate, ...] = ("counted", "over_pruned", "no_plateau", "undefined")


@dataclass(frozen=True)
class Counting:
    """Which curve is read, and which runs count.

    Args:
        curve: the name of the record's curve.
        max_floor: the largest error of the whole network with which a run counts; 0 for any.
        floor_of: what that is in: "mse", or "variance" for shares of the targets' variance.
    """

    curve: str = "mse_by_units"
    max_floor: float = 0.0
    floor_of: str = "mse"


@dataclass(frozen=True)
class Run:
    """One record: its contestant, cell and seed, the teacher's units, its curve, and whether it counts."""

    entry: str
    cell: str
    seed: int
    teacher: float
    curve: Curve | None
    fate: Fate


@dataclass(frozen=True)
class Runs:
    """The selected runs; `labels` tell their entries apart; `reason` says why there are none."""

    runs: tuple[Run, ...]
    labels: dict[str, str]
    reason: str = ""

    @property
    def standing(self) -> tuple[Run, ...]:
        """The runs of which a plateau is asked: all but those with no more units than their teacher."""
        return tuple(run for run in self.runs if run.fate != "no_plateau")

    def fates(self) -> dict[str, int]:
        """How many runs there are, and what became of them."""
        counts = {str(fate): sum(run.fate == fate for run in self.runs) for fate in FATES}
        return {"runs": len(self.runs), **counts}


def read_runs(frame: pd.DataFrame, where: Sequence[str], counting: Counting) -> Runs:
    """The runs of the records that fit `where`.

    Raises:
        UserError: for an unknown condition, records of several sparsities, or where no record has the
            curve or its teacher's size.
    """
    selected = select(frame, where)
    rows = selected.rows
    if rows.empty:
        return Runs((), {}, selected.reason)
    one_sparsity(rows)
    column = f"curves.{counting.curve}"
    if column not in rows.columns:
        raise UserError(f"no record has the curve '{counting.curve}'", "let the suite measure 'unit-curve'")
    teachers = quantity(rows, "teacher_units").tolist()
    limits = _limits(rows, counting)
    kept = rows["curves.units_kept"] if "curves.units_kept" in rows.columns else [None] * len(rows)
    runs = tuple(
        _run(row, _curve(errors, units, variance), teacher, limit)
        for row, errors, units, variance, teacher, limit in zip(
            rows[["entry", "cell", "spec.seed"]].itertuples(index=False, name=None),
            rows[column],
            kept,
            _variances(rows),
            teachers,
            limits,
            strict=True,
        )
    )
    return Runs(runs, told_apart(rows))


def _variances(rows: pd.DataFrame) -> list[float]:
    known = "metrics.target_variance" in rows.columns
    return quantity(rows, "target_variance").tolist() if known else [float("nan")] * len(rows)


def _limits(rows: pd.DataFrame, counting: Counting) -> list[float]:
    if counting.max_floor == 0:
        return [float("inf")] * len(rows)
    if counting.floor_of == "variance":
        return [counting.max_floor * variance for variance in quantity(rows, "target_variance")]
    return [counting.max_floor] * len(rows)


def _curve(errors: Any, units: Any, variance: float) -> Curve | None:
    if not isinstance(errors, tuple | list):
        return None
    return Curve.read(errors, units if isinstance(units, tuple | list) else None, variance)


def _run(row: tuple[str, str, int], curve: Curve | None, teacher: float, limit: float) -> Run:
    entry, cell, seed = row
    return Run(entry, cell, int(seed), teacher, curve, _fate(curve, teacher, limit))


def _fate(curve: Curve | None, teacher: float, limit: float) -> Fate:
    if curve is None or not teacher > 0 or np.isnan(limit):
        return "undefined"
    if curve.height <= teacher:
        return "no_plateau"
    return "over_pruned" if curve.floor > limit else "counted"
