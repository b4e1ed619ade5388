"""Standings as data: cells, the contestants in them, and a point for each sparsity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.analysis.intervals import Estimate
from bench.board.metrics import Metric
from bench.board.provenance import Provenance


@dataclass(frozen=True)
class Point:
    """One contestant at one requested sparsity, over seeds.

    `difference` is to each seed's own dense network; `pruned` is the metric before fine-tuning;
    `macs` are the multiply-adds that are left, `speedup` is theoretical, those of the dense network over
    them. `latency` holds measured milliseconds by metric; a latency is of one machine, so that seeds that
    ran on several have none.
    """

    sparsity: float
    seeds: tuple[int, ...] = ()
    primary: Estimate | None = None
    difference: Estimate | None = None
    pruned: Estimate | None = None
    spectral: Estimate | None = None
    frobenius: Estimate | None = None
    achieved: Estimate | None = None
    compression: Estimate | None = None
    speedup: Estimate | None = None
    macs: Estimate | None = None
    latency: Mapping[str, Estimate] = field(default_factory=dict)


@dataclass(frozen=True)
class Dense:
    """The dense networks that contestants share: their metric over seeds."""

    key: str
    estimate: Estimate | None
    by_seed: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """A row of the board: one contestant of a cell, with a point for each sparsity of the grid.

    `matched_to` is the pruner whose counts in each layer it takes over, "" where it is no such control.
    `seeds` counts those that have every sparsity; with several `draws`, a seed's number is the mean over
    them. `seconds` is what one pruned network cost.
    `area` is the retention area against the cell's dense reference, `group` the tie group; both are
    None where a cell is missing. `areas` holds the area of each seed.
    """

    entry: str
    label: str
    parametrization: str
    pruner: str
    params: Mapping[str, Any]
    schedule: str
    schedule_params: Mapping[str, Any]
    matched_to: str
    matched_params: Mapping[str, Any]
    dense: Dense
    points: tuple[Point, ...]
    seeds: int
    seconds: float | None
    areas: Mapping[int, float] = field(default_factory=dict)
    area: Estimate | None = None
    group: str | None = None
    draws: int = 1
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True)
class Reference:
    """A published number: shown beside the standings with its source, never ranked.

    `value` is of the cell's metric, a fraction where that is one; `spread` the standard deviation over `runs`
    runs, where the source says so. `sparsity` is the share of prunable weights that was removed.
    `source` is a citation.
    """

    suite: str
    task: str
    model: str
    method: str
    metric: str
    value: float
    sparsity: float
    source: str
    year: int | None = None
    spread: float | None = None
    runs: int | None = None
    spectral_error: float | None = None
    notes: str = ""


@dataclass(frozen=True)
class Cell:
    """What is compared: one suite, task and model. `front` holds (row, point) indices.

    `seeds` are those of any contestant, `grid` the sparsities of any; `dense` is the reference that
    most contestants share, `unpruned` what such networks reach when they are trained on like the pruned
    ones, where an entry says so by having no other sparsity than 0. `references` are published numbers of
    its task and model.
    """

    key: str
    suite: str
    version: str
    task: str
    model: str
    metric: Metric
    grid: tuple[float, ...]
    seeds: tuple[int, ...]
    dense: Dense
    standings: tuple[Standing, ...]
    unpruned: Estimate | None = None
    front: tuple[tuple[int, int], ...] = ()
    references: tuple[Reference, ...] = ()
