"""Estimators of the transition point n*: the number of units at which the plateau of an error begins."""

from __future__ import annotations

import numpy as np

from bench_student_teacher.change_point import change_point, hinge
from bench_student_teacher.curve import Curve


def transition_point(curve: Curve, estimator: str, factor: float) -> float:
    """n* of a curve, or NaN where it has none.

    Args:
        curve: the error by units kept.
        estimator: "change-point", where the mean of the increments of log₁₀ error changes; "tolerance",
            from where the error stays within `factor` of the whole network's; or "hinge", the second knot
            of a line of three pieces through log₁₀ error, the last one level.
        factor: of the tolerance.
    """
    index: int | None
    match estimator:
        case "change-point":
            index = change_point(np.diff(curve.logs))
        case "tolerance":
            index = tolerance(curve, factor)
        case _:
            index = hinge(curve.units, curve.logs)
    return float("nan") if index is None else float(curve.units[index])


def tolerance(curve: Curve, factor: float) -> int:
    """The first index from which on the error stays at or below `factor` times the last one."""
    above = np.flatnonzero(curve.errors > factor * curve.floor)
    return int(above[-1]) + 1 if len(above) else 0
