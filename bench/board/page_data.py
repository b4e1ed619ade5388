"""What the page's scripts need: the points of every chart, packed tightly."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bench.board.cells import Cell, Point, Standing
from bench.board.formats import significant
from bench.board.intervals import Estimate

SHAPES = 8
COLOURS = 6
DIGITS = 5


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

    A point is a list: metric, half-width, difference to dense, half-width, spectral error, half-width,
    achieved sparsity, compression, speed-up, seeds; None where a number is missing.
    """
    numbers = marks(cells)
    plain = [_cell(cell, numbers) for cell in cells]
    text = json.dumps(plain, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _cell(cell: Cell, numbers: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    return {
        "suite": f"{cell.suite} {cell.version}",
        "task": cell.task,
        "model": cell.model,
        "metric": cell.metric.label,
        "percent": cell.metric.percent,
        "higher": cell.metric.higher,
        "grid": cell.grid,
        "seeds": len(cell.seeds),
        "dense": _pair(cell.dense.estimate),
        "front": cell.front,
        "rows": [_row(one, numbers[cell.suite, one.label]) for one in cell.standings],
    }


def _row(one: Standing, mark: int) -> dict[str, Any]:
    return {
        "id": one.entry[:8],
        "label": one.label,
        "colour": mark % COLOURS,
        "shape": shape(mark),
        "area": _pair(one.area)[0],
        "seeds": one.seeds,
        "cost": None if one.seconds is None else significant(one.seconds, DIGITS),
        "points": [_point(point) for point in one.points],
    }


def _point(point: Point) -> list[float | None] | None:
    if not point.seeds:
        return None
    pairs = [_pair(one) for one in (point.primary, point.difference, point.spectral)]
    singles = [_pair(one)[0] for one in (point.achieved, point.compression, point.speedup)]
    return [*(number for pair in pairs for number in pair), *singles, len(point.seeds)]


def _pair(one: Estimate | None) -> list[float | None]:
    if one is None:
        return [None, None]
    return [significant(one.mean, DIGITS), None if one.half is None else significant(one.half, DIGITS)]
