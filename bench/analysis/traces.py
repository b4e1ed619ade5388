"""How fast what was traced still changes while dense networks are trained."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.analysis.intervals import estimate
from bench.analysis.selection import select
from bench.registry.contracts import Analysed

if TYPE_CHECKING:
    import pandas as pd


def trace_change(frame: pd.DataFrame, *, measure: str, where: Sequence[str]) -> Analysed:
    """How many times slower a trace changes in the last traced interval than in the first.

    Between two traced epochs a layer's numbers change by ‖x(t) − x(s)‖₂/‖x(t)‖₂/(t − s); a network's
    rate is the mean over its layers. The value is the geometric mean of first rate over last rate over
    dense networks, each counted once, with the t-interval of the logarithms; `details` give the mean
    rates. Networks that do not change at all in the last interval are left out.

    Args:
        frame: the tidy frame, with its columns `traces` and `dense`.
        measure: the trace, such as "sv-trace".
        where: conditions on the records.

    Raises:
        UserError: for an unknown name or condition.
    """
    selected = select(frame, where)
    rows = selected.rows.drop_duplicates("dense") if len(selected.rows) else selected.rows
    found = [ends for points in rows["traces"] if (ends := _ends(points, measure)) is not None]
    if not found:
        return Analysed(None, details={"reason": selected.reason or f"no record has a trace '{measure}'"})
    first, last = (np.array(side) for side in zip(*found, strict=True))
    moving = (first > 0) & (last > 0)
    logs = estimate([math.log(quotient) for quotient in first[moving] / last[moving]])
    if logs is None:
        return Analysed(None, details={"reason": "nothing changes in the first interval, or in the last"})
    low, high = (None if end is None else math.exp(end) for end in (logs.low, logs.high))
    rates = {"first": float(first.mean()), "last": float(last.mean())}
    return Analysed(math.exp(logs.mean), low, high, {"networks": logs.n, **rates})


def _ends(points: Sequence[Mapping[str, Any]], measure: str) -> tuple[float, float] | None:
    """The rates of change in the first interval and in the last; None below two intervals."""
    traced = sorted((point for point in points if point["measure"] == measure), key=lambda one: one["epoch"])
    if len(traced) < 3:
        return None
    return _rate(*traced[:2]), _rate(*traced[-2:])


def _rate(before: Mapping[str, Any], after: Mapping[str, Any]) -> float:
    changes = []
    for name, numbers in after["per_layer"].items():
        keys = [key for key, value in numbers.items() if value is not None]
        now = np.array([numbers[key] for key in keys], float)
        then = np.array([before["per_layer"][name][key] for key in keys], float)
        if np.linalg.norm(now) > 0:
            changes.append(float(np.linalg.norm(now - then) / np.linalg.norm(now)))
    return float(np.mean(changes)) / (after["epoch"] - before["epoch"]) if changes else 0.0
