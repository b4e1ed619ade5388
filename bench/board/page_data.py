"""What the page's scripts need: the points of every chart, packed tightly."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bench.analysis.intervals import Estimate
from bench.board.cells import Cell, Point, Standing
from bench.board.formats import significant

SHAPES = 8
COLOURS = 6
DIGITS = 5
METRIC_UNIT = 1e-4
ERROR_UNIT = 1e-4
SPARSITY_UNIT = 1e-5


def marks(cells: Sequence[Cell]) -> dict[tuple[str, str], int]:
    """A number for each (suite, label): an entry looks the same in all cells of its suite.

    The number modulo `COLOURS` is the colour, its place in the order of shapes the marker; 48 pairs
    differ before one comes again.
    """
    found: dict[tuple[str, str], int] = {}
    for suite in dict.fromkeys(cell.suite for cell in cells):
        labels = {one.label for cell in cells if cell.suite == suite for one in cell.standings}
        found |= {(suite, label): number for number, label in enumerate(sorted(labels))}
    return found


def shape(mark: int) -> int:
    """The marker shape of a mark; it moves on by one with every round of colours."""
    return (mark + mark // (COLOURS * SHAPES // 2)) % SHAPES


def page_json(cells: Sequence[Cell]) -> str:
    """The data as JSON that may stand inside a `script` element: no `<`, `>` or `&` in it.

    A row is a list: colour, shape, area, seeds, cost, points; its name stands in the table. A point is
    a list of whole numbers where it can be: metric, half-width, difference to dense, half-width (all in
    the cell's `unit`), spectral error, half-width (in 1e-4), achieved sparsity (in 1e-5), compression,
    speed-up, seeds; None where a number is missing.
    """
    numbers = marks(cells)
    plain = [_cell(cell, numbers) for cell in cells]
    text = json.dumps(plain, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _cell(cell: Cell, numbers: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    unit = METRIC_UNIT if cell.metric.percent else 1
    return {
        "suite": f"{cell.suite} {cell.version}",
        "task": cell.task,
        "model": cell.model,
        "metric": cell.metric.label,
        "percent": cell.metric.percent,
        "higher": cell.metric.higher,
        "grid": cell.grid,
        "seeds": len(cell.seeds),
        "unit": unit,
        "dense": _pair(cell.dense.estimate, unit),
        "front": cell.front,
        "rows": [_row(one, numbers[cell.suite, one.label], unit) for one in cell.standings],
    }


def _row(one: Standing, mark: int, unit: float) -> list[Any]:
    cost = None if one.seconds is None else significant(one.seconds, DIGITS)
    area = None if one.area is None else significant(one.area.mean, DIGITS)
    points = [_point(point, unit) for point in one.points]
    return [mark % COLOURS, shape(mark), area, one.seeds, cost, points]


def _point(point: Point, unit: float) -> list[float | None] | None:
    if not point.seeds:
        return None
    ratios = [None if one is None else significant(one.mean, 4) for one in (point.compression, point.speedup)]
    return [
        *_pair(point.primary, unit),
        *_pair(point.difference, unit),
        *_pair(point.spectral, ERROR_UNIT),
        _pair(point.achieved, SPARSITY_UNIT)[0],
        *ratios,
        len(point.seeds),
    ]


def _pair(one: Estimate | None, unit: float) -> list[float | None]:
    if one is None:
        return [None, None]
    return [_in(one.mean, unit), None if one.half is None else _in(one.half, unit)]


def _in(value: float, unit: float) -> float:
    return significant(value, DIGITS) if unit == 1 else round(value / unit)
