"""Points: what one contestant reached at one sparsity, and what it kept of the dense network."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from operator import sub, truediv
from typing import Any

from bench.analysis.intervals import Estimate, estimate
from bench.board.cells import Dense, Point
from bench.board.metrics import Metric
from bench.board.provenance import machine
from bench.suite.schedules import FROM_INIT

Row = Mapping[Any, Any]
BySeed = Mapping[int, Row]


def number(row: Row, column: str) -> float | None:
    """The number in a row of the tidy frame, None where it is missing."""
    value = row.get(column)
    return None if value is None or math.isnan(value) else float(value)


def point(sparsity: float, rows: BySeed, metric: Metric) -> Point:
    """The estimates over seeds at one requested sparsity."""
    column = metric.column

    def over(read: Callable[[Row], float | None]) -> Any:
        return estimate([read(rows[seed]) for seed in sorted(rows)])

    return Point(
        sparsity=sparsity,
        seeds=tuple(sorted(seed for seed, row in rows.items() if number(row, column) is not None)),
        primary=over(lambda row: number(row, column)),
        difference=over(lambda row: _combined(row, (column, metric.dense_column), sub)),
        pruned=over(lambda row: number(row, f"{column}_pruned")),
        spectral=over(lambda row: number(row, "metrics.spectral_error")),
        frobenius=over(lambda row: number(row, "metrics.frobenius_error")),
        achieved=over(lambda row: number(row, "metrics.sparsity")),
        compression=over(lambda row: number(row, "metrics.compression")),
        speedup=over(lambda row: _combined(row, ("metrics.macs_dense", "metrics.macs"), truediv)),
        macs=over(lambda row: number(row, "metrics.macs")),
        latency=_latency(list(rows.values())),
    )


def _latency(rows: Sequence[Row]) -> dict[str, Estimate]:
    """The measured milliseconds that all of `rows` have, where they ran on one machine."""
    if len({machine(row) for row in rows}) != 1:
        return {}
    columns = [name for name in rows[0] if re.fullmatch(r"metrics\.latency_(cpu|gpu)_\d+_ms", str(name))]
    found = {str(name).removeprefix("metrics."): [number(row, name) for row in rows] for name in columns}
    return {name: one for name, values in found.items() if None not in values and (one := estimate(values))}


def seconds(row: Row) -> float | None:
    """What the trial's network cost: training, pruning and fine-tuning, measuring left out.

    A schedule that starts from initialisation trains a network of its own, and none before it.
    """
    stages = ("prune", "finetune") if row["spec.schedule"] in FROM_INIT else ("train", "prune", "finetune")
    spent = [number(row, f"timing.{stage}") for stage in stages]
    there = [value for value in spent if value is not None]
    return sum(there) if there else None


def dense_reference(key: str, rows: list[Row], metric: Metric) -> Dense:
    """The dense metric over seeds; a seed's records repeat it, so each seed counts once."""
    by_seed: dict[int, list[float]] = {}
    for row in rows:
        value = number(row, metric.dense_column)
        if value is not None:
            by_seed.setdefault(int(row["spec.seed"]), []).append(value)
    means = {seed: mean.mean for seed, values in sorted(by_seed.items()) if (mean := estimate(values))}
    return Dense(key, estimate(list(means.values())), means)


def _combined(row: Row, columns: tuple[str, str], rule: Callable[[float, float], float]) -> float | None:
    first, second = (number(row, column) for column in columns)
    if first is None or second is None:
        return None
    try:
        return rule(first, second)
    except ZeroDivisionError:
        return None
