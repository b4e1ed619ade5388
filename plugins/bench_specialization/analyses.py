"""Analyses of what was measured of students: numbers over seeds and epochs, and orders of learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench import Analysed
from bench.analysis import one_contestant, one_sparsity, quantity, select, told_apart
from bench_specialization.measures import rank_correlation
from bench_specialization.networks import Point, networks, over_seeds

if TYPE_CHECKING:
    import pandas as pd


def order_statistic(
    frame: pd.DataFrame, *, metric: str, statistic: str, where: Sequence[str], cells: str
) -> Analysed:
    """The median, least or largest over seeds of a quantity of one contestant, or of the one that counts.

    Raises:
        UserError: where the selection matches several sparsities, or contestants and one is asked for.
    """
    selected = select(frame, where)
    rows = selected.rows
    if rows.empty:
        return Analysed(None, details={"reason": selected.reason})
    if cells == "one":
        one_contestant(rows)
    one_sparsity(rows)
    values = quantity(rows, metric).dropna()
    found = {str(entry): list(some) for entry, some in values.groupby(rows["entry"])}
    return over_seeds(found, told_apart(rows), statistic, cells)


def trace_at(frame: pd.DataFrame, *, measure: str, metric: str, epoch: int, where: Sequence[str]) -> Analysed:
    """The mean over seeds of a traced metric at one epoch, with its t-interval.

    Networks that several records share count once.

    Raises:
        UserError: where several settings are selected.
    """
    chosen = networks(frame, where)
    found: dict[str, list[float]] = {}
    for setting, points in chosen.traced(measure):
        there = [point["metrics"].get(metric) for point in points if point["epoch"] == epoch]
        found.setdefault(setting, []).extend(value for value in there if value is not None)
    if not any(found.values()):
        reason = chosen.reason or f"no record has '{metric}' of a trace '{measure}' at epoch {epoch}"
        return Analysed(None, details={"reason": reason})
    return over_seeds(found, chosen.labels, "mean", "one")


@dataclass(frozen=True)
class Recovery:
    """When a unit is recovered, and what becomes of those that never are.

    Args:
        measure: the trace.
        threshold: from which correlation on a unit is recovered.
        never: "last" where units that are never recovered come last, together, or "left-out".
    """

    measure: str
    threshold: float
    never: str


def recovery_order(frame: pd.DataFrame, *, recovery: Recovery, where: Sequence[str], cells: str) -> Analysed:
    """Whether strong units of a teacher are recovered first: Spearman's ρ of strength rank and epoch.

    A teacher's units are ranked by their place, the strongest first, as the task `polarity-teacher` has
    them. The epoch is the first traced one at which the best correlation reaches the threshold. The value
    is the mean over seeds; networks in which all units are recovered at one epoch have none. Where t of m
    units are never recovered and come last, ρ is at most √(1 − (t³ − t)/(m³ − m)).

    Raises:
        UserError: where several settings are selected and one is asked for.
    """
    chosen = networks(frame, where)
    found: dict[str, list[float]] = {}
    for setting, points in chosen.traced(recovery.measure):
        epochs = recovery_epochs(points, recovery.threshold)
        counts = np.isfinite(epochs) | (recovery.never == "last")
        rho = rank_correlation(np.flatnonzero(counts), epochs[counts])
        if rho is not None:
            found.setdefault(setting, []).append(rho)
    if not found:
        reason = chosen.reason or f"no network of a trace '{recovery.measure}' recovers units at two epochs"
        return Analysed(None, details={"reason": reason})
    return over_seeds(found, chosen.labels, "mean", cells)


def recovery_epochs(points: Sequence[Point], threshold: float) -> np.ndarray:
    """Of each of the teacher's units that vary, the first traced epoch from `threshold` on, else infinity.

    Args:
        points: of one network, by epoch, with the curve `teacher_best`.
        threshold: the correlation.
    """
    epochs = np.array([point["epoch"] for point in points], dtype=float)
    curves = [point.get("curves", {}).get("teacher_best", ()) for point in points]
    best = np.array([[np.nan if one is None else one for one in curve] for curve in curves], dtype=float)
    best = best[:, ~np.isnan(best).all(0)]
    reached = best >= threshold
    return np.where(reached.any(0), epochs[reached.argmax(0)], np.inf)


def layer_order(
    frame: pd.DataFrame, *, measure: str, level: float, where: Sequence[str], cells: str
) -> Analysed:
    """The share of networks in which the first layer specialises before all others.

    A layer does so when the mean best correlation of its teacher's units first reaches `level`, between
    traced epochs along a line. A network whose first layer never does, or not alone first, does not count.

    Raises:
        UserError: where several settings are selected and one is asked for.
    """
    chosen = networks(frame, where)
    found: dict[str, list[float]] = {}
    for setting, points in chosen.traced(measure):
        first, *others = reaching(points, level)
        if others:
            found.setdefault(setting, []).append(float(first < min(others)))
    if not found:
        return Analysed(None, details={"reason": chosen.reason or f"no deep network has a trace '{measure}'"})
    return over_seeds(found, chosen.labels, "mean", cells)


def reaching(points: Sequence[Point], level: float) -> list[float]:
    """When each layer's `teacher_best_mean` first reaches `level`, in epochs; infinity where it does not."""
    epochs = [float(point["epoch"]) for point in points]
    found = []
    for layer in points[0]["per_layer"]:
        values = [point["per_layer"][layer]["teacher_best_mean"] for point in points]
        there = next((place for place, value in enumerate(values) if value >= level), None)
        if not there:
            found.append(float("inf") if there is None else epochs[0])
            continue
        share = (level - values[there - 1]) / (values[there] - values[there - 1])
        found.append(epochs[there - 1] + share * (epochs[there] - epochs[there - 1]))
    return found
