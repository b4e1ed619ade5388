"""The analysis `distilled-prediction`: who foresaw what students of a suite's teacher reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import bench
from bench_dark_knowledge.predictors import Floats, Ingredients, predicted, skill

if TYPE_CHECKING:
    import pandas as pd

_OBJECTIVE = "spec.recipe.train.objective"
_AS = "spec.recipe.train.objective_params."
_REPORTS = {"error": "mae", "largest": "largest", "correlation": "r", "skill": "r2"}


@dataclass(frozen=True)
class Grid:
    """Means over the students of each setting: what predictors may know, and what they must foresee.

    `measured` are accuracies on the half that they do not see, shape (T, W), `base` the baseline's.
    """

    given: Ingredients
    measured: Floats
    base: float
    chance: float


def build(params: bench.Params) -> bench.AnalysisFunction:
    """The analysis, for conditions, the loss, an estimator and what is reported of it."""

    def analyse(frame: pd.DataFrame) -> bench.Analysed:
        found = _grid(bench.analysis.select(frame, params["where"]).rows, params["form"])
        if isinstance(found, str):
            return bench.Analysed(None, details={"reason": found})
        details: dict[str, float | int | str | None] = {
            "settings": found.measured.size,
            "baseline": found.base,
        }
        if params["report"] in ("least-gain", "most-gain"):
            extreme = found.measured.min() if params["report"] == "least-gain" else found.measured.max()
            return bench.Analysed(float(extreme - found.base), details=details)
        ratio = predicted(found.given)[params["estimator"].replace("-", "_")]
        foreseen = found.chance + ratio * (found.base - found.chance)
        scored = skill(foreseen, found.measured, found.base)
        return bench.Analysed(getattr(scored, _REPORTS[params["report"]]), details=details)

    return analyse


def _grid(rows: pd.DataFrame, form: str) -> Grid | str:
    """The grid of the students in `rows`, or why there is none."""
    keys = [f"{_AS}temperature", f"{_AS}w"]
    if any(name not in rows for name in (*keys, f"{_AS}form", "metrics.distilled_held_accuracy")):
        return "no record is of a student that the suite's teacher taught"
    rows = rows.dropna(subset=["metrics.distilled_held_accuracy"])
    hard = rows[rows[_OBJECTIVE] == "supervised"]
    soft = rows[(rows[_OBJECTIVE] == "distillation") & (rows[f"{_AS}form"] == form)]
    if hard.empty or soft.empty:
        return f"no student was taught by {'labels alone' if hard.empty else 'the teacher in this form'}"
    held, test = (
        soft.pivot_table(f"metrics.distilled_{half}_accuracy", index=keys[0], columns=keys[1], aggfunc="mean")
        for half in ("held", "test")
    )
    if held.isna().to_numpy().any():
        return "some temperatures lack shares that others have"
    chance = 1 / float(hard["metrics.distilled_classes"].iloc[0])
    h = float(hard["metrics.distilled_held_accuracy"].mean()) - chance
    ratio = (held.to_numpy() - chance) / h
    given = Ingredients(
        held.columns.to_numpy(dtype=float),
        h,
        np.array([_h_hat(hard, float(temperature)) for temperature in held.index]),
        ratio,
        np.full(ratio.shape, np.nan),
    )
    return Grid(given, test.to_numpy(), float(hard["metrics.distilled_test_accuracy"].mean()), chance)


def _h_hat(hard: pd.DataFrame, temperature: float) -> float:
    """Tr Ĥ_T, a mean over the baseline's students; NaN where it was not measured at that temperature."""
    return float(np.mean([_at(row, temperature) for row in hard.to_dict("records")]))


def _at(row: dict[Any, Any], temperature: float) -> float:
    known, traces = (row.get(f"curves.distilled_{name}") for name in ("temperatures", "h_hat"))
    if not isinstance(known, tuple) or not isinstance(traces, tuple):
        return float("nan")
    near = [value for one, value in zip(known, traces, strict=True) if np.isclose(one, temperature)]
    return float(near[0]) if near else float("nan")
