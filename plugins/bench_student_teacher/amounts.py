"""What one run says of its transition."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench_student_teacher.estimators import Estimator, transition_point
from bench_student_teacher.runs import Run


@dataclass(frozen=True)
class Asked:
    """What is asked of the transition points.

    Args:
        by: how they are found.
        report: "median", "error", "share", "relative", "depth", "rest" or "slope"; see `docs/claims.md`.
        within: how far n* may be from n_T to count for "share".
        cells: which cell's number counts: "one" where there is one alone, "min" or "max".
    """

    by: Estimator = field(default_factory=Estimator)
    report: str = "median"
    within: float = 2.0
    cells: str = "one"


def amount(run: Run, asked: Asked) -> float:
    """What a run adds to the report; NaN where it does not count or the number is undefined."""
    if run.curve is None or run.fate != "counted":
        return float("nan")
    if asked.report == "depth":
        return run.curve.at(0.75 * run.teacher) / run.curve.at(run.teacher)
    if asked.report == "rest":
        return run.curve.at(1.25 * run.teacher) / run.curve.floor
    point = transition_point(run.curve, asked.by)
    return point / run.teacher if asked.report == "relative" else point - run.teacher
