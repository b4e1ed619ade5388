"""The trained networks that records speak of, each once, and what is said of several over their seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import Analysed, UserError
from bench.analysis import bootstrap, estimate, select, told_apart

if TYPE_CHECKING:
    import pandas as pd

Point = Mapping[str, Any]
_FEWEST = 5


@dataclass(frozen=True)
class Networks:
    """A row a trained network, whatever was pruned of it; what tells those of other settings apart."""

    rows: pd.DataFrame
    labels: dict[str, str] = field(default_factory=dict)
    reason: str = ""

    def traced(self, measure: str) -> Iterator[tuple[str, list[Point]]]:
        """The settings of each network that was traced by `measure`, and the points, by epoch."""
        traces = self.rows["traces"] if len(self.rows) else ()
        for setting, points in zip(self.rows.get("dense", ()), traces, strict=True):
            own = [point for point in points if point["measure"] == measure]
            if own:
                yield setting, sorted(own, key=lambda point: point["epoch"])


def networks(frame: pd.DataFrame, where: Sequence[str]) -> Networks:
    """The networks of the records that fit `where`; raises `UserError` for an unknown condition."""
    selected = select(frame, where)
    rows = selected.rows
    if rows.empty:
        return Networks(rows, reason=selected.reason)
    once = rows.drop_duplicates(["dense", "spec.seed"])
    names = told_apart(once)
    return Networks(
        once, {dense: names[entry] for dense, entry in zip(once["dense"], once["entry"], strict=True)}
    )


def over_seeds(
    found: Mapping[str, Sequence[float]], labels: Mapping[str, str], statistic: str, cells: str
) -> Analysed:
    """One number of each setting over its seeds, and of the setting that counts.

    A mean has a t-interval from three seeds on, a median a bootstrap one from five on.

    Args:
        found: numbers by setting.
        labels: what tells settings apart.
        statistic: "mean", "median", "min" or "max".
        cells: "one" where there is one setting, else "min" or "max", whose number counts.

    Raises:
        UserError: where there are several settings and one is asked for.
    """
    if len(found) > 1 and cells == "one":
        listed = "; ".join(sorted(labels.get(key, key) for key in found))
        raise UserError(
            f"the selection matches {len(found)} settings: {listed}",
            'leave one of them by `where`, or say which counts: cells = "min" or "max"',
        )
    said = {key: _one(np.array(values, dtype=float), statistic) for key, values in found.items() if values}
    if not said:
        return Analysed(None, details={"reason": "no selected record has such a number"})
    pick: Callable[..., Any] = max if cells == "max" else min
    key, (value, low, high) = pick(said.items(), key=lambda item: item[1][0])
    details: dict[str, float | int | str | None] = {"seeds": len(found[key]), "cells": len(said)}
    return Analysed(value, low, high, details | {"cell": labels.get(key, "")})


def _one(values: np.ndarray, statistic: str) -> tuple[float, float | None, float | None]:
    if statistic == "mean":
        mean = estimate(values.tolist())
        assert mean is not None  # noqa: S101 - there are values, and they are finite
        return mean.mean, mean.low, mean.high
    if statistic == "median":
        return float(np.median(values)), *bootstrap(lambda drawn: np.median(drawn, axis=1), values, _FEWEST)
    return float(values.min() if statistic == "min" else values.max()), None, None
