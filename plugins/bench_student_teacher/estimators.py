"""Estimators of the transition point n*: the number of units at which the plateau of an error begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench_student_teacher.change_point import change_point, hinge
from bench_student_teacher.curve import Curve


@dataclass(frozen=True)
class Estimator:
    """How n* is found.

    Args:
        name: "change-point", where the mean of the increments of log₁₀ error changes; "tolerance", from
            where the error stays within `factor` of the whole network's; "resolution", from where it stays
            within `share` of the targets' variance; or "hinge", the second knot of a line of three pieces
            through log₁₀ error, the last one level.
        factor: of the tolerance.
        share: of the resolution.
    """

    name: str = "change-point"
    factor: float = 2.0
    share: float = 1e-3


def transition_point(curve: Curve, by: Estimator) -> float:
    """n* of a curve, or NaN where it has none: where the whole network is above the resolution."""
    index: int | None
    match by.name:
        case "change-point":
            index = change_point(np.diff(curve.logs))
        case "tolerance":
            index = below(curve, by.factor * curve.floor)
        case "resolution":
            level = by.share * curve.variance
            index = below(curve, level) if curve.floor <= level else None
        case _:
            index = hinge(curve.units, curve.logs)
    return float("nan") if index is None else float(curve.units[index])


def below(curve: Curve, level: float) -> int:
    """The first index from which on the error stays at or below `level`."""
    above = np.flatnonzero(curve.errors > level)
    return int(above[-1]) + 1 if len(above) else 0
