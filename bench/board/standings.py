"""Standings: the tidy frame, summed up over seeds, one row a contestant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.analysis.intervals import estimate
from bench.board.cells import Cell, Dense, Standing
from bench.board.contestants import Contestant, contestants
from bench.board.metrics import Metric, primary_metric
from bench.board.naming import cell_names, entry_names, under
from bench.board.pareto import pareto_front
from bench.board.points import Row, dense_reference, point, seconds
from bench.board.provenance import provenance
from bench.board.reproduce import only_pairs
from bench.board.retention import halvings, retention_area
from bench.board.text import plain_text
from bench.board.ties import standing_groups
from bench.board.unpruned import without_controls

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class _Shared:
    """What the contestants of a cell are measured by: `dense` holds all references by key."""

    metric: Metric
    grid: tuple[float, ...]
    dense: Mapping[str, Dense]
    reference: Dense


def standings(frame: DataFrame) -> tuple[Cell, ...]:
    """The cells of a tidy frame, sorted by suite, task and model, each with its rows, best first.

    Only trials that ended well count. A cell's sparsities and seeds are those that any contestant
    of it has; who lacks one of them has no retention area and no tie group.
    """
    well = frame[frame["status"] == "ok"].sort_values("trial_id")
    well = well.drop_duplicates(["cell", "trial_id"])
    groups = {str(key): rows for key, rows in well.groupby("cell", sort=True)}
    first: dict[str, dict[Any, Any]] = {key: rows.iloc[0].to_dict() for key, rows in groups.items()}
    names = cell_names(first)
    cells = [
        replace(_cell(key, rows), task=names[key].task, model=names[key].model)
        for key, rows in groups.items()
    ]
    cells = _with_commands(cells, well)
    return tuple(sorted(cells, key=lambda cell: (cell.suite, cell.version, cell.task, cell.model, cell.key)))


def _with_commands(cells: list[Cell], frame: DataFrame) -> list[Cell]:
    """The cells, each contestant with the `--only` pairs that choose its trials of the suite."""
    owner = {
        (cell.key, trial): one.entry
        for cell in cells
        for one in cell.standings
        for trial in one.provenance.trials
    }
    places = zip(frame["cell"], frame["trial_id"], frame["entry"], strict=True)
    named = frame.assign(entry=[owner.get((cell, trial), entry) for cell, trial, entry in places])
    pairs = {
        own: only
        for _, rows in named.groupby(["suite.name", "suite.version"], sort=False)
        for own, only in only_pairs(rows).items()
    }

    def told(cell: Cell, one: Standing) -> Standing:
        return replace(one, provenance=replace(one.provenance, only=pairs[cell.key, one.entry]))

    return [replace(cell, standings=tuple(told(cell, one) for one in cell.standings)) for cell in cells]


def _cell(key: str, rows: DataFrame) -> Cell:
    metric = primary_metric(rows)
    rows, unpruned = without_controls(rows, metric)
    grid = tuple(sorted({float(value) for value in rows["spec.sparsity"]}))
    seeds = tuple(sorted({int(value) for value in rows["spec.seed"]}))
    entries = contestants(rows)
    dense = _dense(entries, metric)
    shared = _Shared(metric, grid, dense, _reference(entries, dense, metric))
    labels = entry_names({one.entry: one.first for one in entries})
    found = [_standing(one, labels[one.entry], shared) for one in entries]
    complete = [
        replace(one, area=estimate(list(one.areas.values()))) if len(one.areas) == len(seeds) else one
        for one in found
    ]
    groups = standing_groups({one.entry: one.areas for one in complete if one.area})
    ranked = sorted(
        (replace(one, group=groups.get(one.entry)) for one in complete),
        key=lambda one: (-one.area.mean if one.area else float("inf"), one.label),
    )
    top = rows.iloc[0]
    cell = Cell(
        key=key,
        suite=plain_text(top["suite.name"]),
        version=plain_text(top["suite.version"]),
        task="",
        model="",
        metric=metric,
        grid=grid,
        seeds=seeds,
        dense=shared.reference,
        standings=tuple(ranked),
        unpruned=unpruned,
    )
    return replace(cell, front=_front(cell))


def _standing(one: Contestant, label: str, shared: _Shared) -> Standing:
    metric, grid, reference = shared.metric, shared.grid, shared.reference.by_seed
    table: dict[float, dict[int, Row]] = {sparsity: {} for sparsity in grid}
    for row in one.rows:
        table[float(row["spec.sparsity"])][int(row["spec.seed"])] = row
    points = tuple(point(sparsity, table[sparsity], metric) for sparsity in grid)
    complete = set.intersection(*(set(at.seeds) for at in points))
    areas = {
        seed: retention_area(
            grid,
            {at: metric.retained(by[seed][metric.column], reference.get(seed)) for at, by in table.items()},
        )
        for seed in sorted(complete)
    }
    cost = estimate([seconds(row) for row in one.rows])
    first = one.first
    matched = under(first, "spec.matched_to.")
    return Standing(
        entry=one.entry,
        label=label,
        parametrization=plain_text(first["spec.parametrization"]),
        pruner=plain_text(first["spec.pruner"]),
        params=under(first, "spec.params."),
        schedule=plain_text(first["spec.schedule"]),
        schedule_params=under(first, "spec.schedule_params."),
        matched_to=plain_text(matched.get("name", "")),
        matched_params=under(first, "spec.matched_to.params."),
        dense=shared.dense[str(first["dense"])],
        points=points,
        seeds=len(complete),
        draws=one.draws,
        seconds=cost.mean if cost else None,
        areas={seed: area for seed, area in areas.items() if area is not None},
        provenance=provenance(one.sources),
    )


def _dense(entries: Sequence[Contestant], metric: Metric) -> dict[str, Dense]:
    shared: dict[str, list[Row]] = {}
    for one in entries:
        shared.setdefault(str(one.first["dense"]), []).extend(one.rows)
    return {key: dense_reference(key, rows, metric) for key, rows in shared.items()}


def _reference(entries: Sequence[Contestant], dense: Mapping[str, Dense], metric: Metric) -> Dense:
    """The dense networks that most contestants prune; among equals, the better ones."""
    count = Counter(str(one.first["dense"]) for one in entries)
    sign = 1 if metric.higher else -1

    def preference(key: str) -> tuple[int, float, str]:
        known = dense[key].estimate
        return -count[key], -sign * known.mean if known else float("inf"), key

    return dense[min(count, key=preference)]


def _front(cell: Cell) -> tuple[tuple[int, int], ...]:
    sign = 1 if cell.metric.higher else -1
    places = [
        (row, column, one.achieved.mean, sign * one.primary.mean)
        for row, standing in enumerate(cell.standings)
        for column, one in enumerate(standing.points)
        if one.achieved and one.primary and halvings(one.achieved.mean) is not None
    ]
    front = pareto_front([(across, up) for _, _, across, up in places])
    return tuple(places[index][:2] for index in front)
