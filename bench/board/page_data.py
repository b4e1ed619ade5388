"""What a suite's page needs to draw its charts and tables: columns of short numbers, and shared words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.analysis.intervals import Estimate
from bench.board.about import About
from bench.board.bibtex import own, paper
from bench.board.cells import Cell, Point, Reference, Standing
from bench.board.formats import significant
from bench.board.marks import marks
from bench.board.site_names import records_file
from bench.board.ties import group_text

DIGITS = 5
METRIC_UNIT = 1e-4
ERROR_UNIT = 1e-4
SPARSITY_UNIT = 1e-5


class Words:
    """Texts that many rows share, each kept once; rows hold their numbers."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def numbers(self, texts: Iterable[str]) -> str:
        """The numbers of `texts`, parted by spaces."""
        return " ".join(str(self.texts.setdefault(text, len(self.texts))) for text in texts)


@dataclass(frozen=True)
class Beside:
    """What a suite's page shows beside its standings: the figures of each cell, and papers."""

    figures: Mapping[str, Sequence[str]] = field(default_factory=dict)
    about: About = field(default_factory=About)


def page_json(cells: Sequence[Cell], beside: Beside | None = None) -> str:
    """The data of one suite's page as JSON that may stand inside a `script` element: no `<`, `>` or `&`.

    A cell has a text for each column of its rows, numbers parted by commas, an empty place where one is
    missing. `points` has such columns too, row by row and in each by sparsity; one in which nothing was
    measured is left out. Units: the metric, its difference to dense and their half-widths are in `unit`,
    spectral errors in 1e-4, `achieved` is in 1e-5 and counts from the sparsity that was asked for;
    `seeds` of points is there where any differs from the cell's. `front` numbers points. `sources` are
    numbers into `words`, five groups a row: plugins, commits, machines, `--only` pairs, papers.
    `reference` has the published numbers of all cells, in whole units, where there are any.
    """
    words, numbers, beside = Words(), marks(cells), beside or Beside()
    packed = [
        _cell(cell, numbers)
        | _sources(cell, words, beside.about)
        | _figures(beside.figures.get(cell.key, ()))
        for cell in cells
    ]
    whole = {"suite": cells[0].suite, "own": own(), "cells": packed, "words": list(words.texts)}
    published = [_reference(one) for cell in cells for one in cell.references]
    whole |= {"reference": published} if published else {}
    text = json.dumps(whole, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _cell(cell: Cell, numbers: Mapping[str, int]) -> dict[str, Any]:
    unit = METRIC_UNIT if cell.metric.percent else 1
    rows, width = cell.standings, len(cell.grid)
    apart = {row: one.dense for row, one in enumerate(rows) if one.dense.key != cell.dense.key}
    return {
        "task": cell.task,
        "model": cell.model,
        "metric": cell.metric.label,
        "percent": cell.metric.percent,
        "higher": cell.metric.higher,
        "grid": [significant(sparsity) for sparsity in cell.grid],
        "seeds": len(cell.seeds),
        "unit": unit,
        "dense": _pair(cell.dense.estimate, unit),
        "trained": _pair(cell.unpruned, unit),
        "front": ",".join(str(row * width + column) for row, column in cell.front),
        "id": ",".join(one.entry[:8] for one in rows),
        "label": [one.label for one in rows],
        "mark": ",".join(str(numbers[one.label]) for one in rows),
        "group": ",".join(group_text(one.group) for one in rows),
        "area": ",".join(_mean(one.area, 1e-4) for one in rows),
        "areaHalf": ",".join(_half(one.area, 1e-4) for one in rows),
        "whole": ",".join(str(one.seeds) for one in rows),
        "draws": ",".join(str(one.draws) for one in rows),
        "cost": ",".join("" if one.seconds is None else short(one.seconds, 3) for one in rows),
        "own": {row: _pair(dense.estimate, unit) for row, dense in apart.items()},
        "points": _points(cell, unit),
    }


def _sources(cell: Cell, words: Words, about: About) -> dict[str, Any]:
    rows = cell.standings
    return {
        "records": ",".join(records_file(one.entry).partition("/")[2] for one in rows),
        "trials": ",".join(str(len(one.provenance.trials)) for one in rows),
        "version": [one.provenance.version for one in rows],
        "sources": [_source(one, words, about) for one in rows],
    }


def _source(one: Standing, words: Words, about: About) -> str:
    source = one.provenance
    named = (("pruner", one.pruner), ("pruner", one.matched_to), ("parametrization", one.parametrization))
    papers = [paper(name, about.papers[kind, name]) for kind, name in named if (kind, name) in about.papers]
    groups = (source.plugins, source.commits, source.machines, source.only, papers)
    return "|".join(words.numbers(group) for group in groups)


def _figures(names: Sequence[str]) -> dict[str, Any]:
    """The figures of a cell, a title, an SVG and a PNG each; nothing where none were drawn."""
    pairs = zip(names[::2], names[1::2], strict=True)
    drawn = [[svg.rsplit("--", 1)[-1].removesuffix(".svg"), svg, png] for svg, png in pairs]
    return {"figures": drawn} if drawn else {}


def _reference(one: Reference) -> dict[str, Any]:
    return {
        "task": one.task,
        "model": one.model,
        "method": one.method,
        "sparsity": significant(one.sparsity, DIGITS),
        "value": significant(one.value, DIGITS),
        "spectral_error": None if one.spectral_error is None else significant(one.spectral_error, DIGITS),
        "source": one.source,
    }


def _points(cell: Cell, unit: float) -> dict[str, str]:
    points = [point for one in cell.standings for point in one.points]
    columns: dict[str, Callable[[Point], str]] = {
        "metric": lambda point: _mean(point.primary, unit),
        "metricHalf": lambda point: _half(point.primary, unit),
        "difference": lambda point: _mean(point.difference, unit),
        "differenceHalf": lambda point: _half(point.difference, unit),
        "error": lambda point: _mean(point.spectral, ERROR_UNIT),
        "errorHalf": lambda point: _half(point.spectral, ERROR_UNIT),
        "achieved": lambda point: (
            str(round((point.achieved.mean - point.sparsity) / SPARSITY_UNIT)) if point.achieved else ""
        ),
        "macs": lambda point: _ratio(point.macs),
        "speedup": lambda point: _ratio(point.speedup),
        "compression": lambda point: _ratio(point.compression),
    }
    for name in sorted({name for point in points for name in point.latency}):
        columns[name] = lambda point, name=name: _ratio(point.latency.get(name))  # type: ignore[misc]
    texts = {name: [column(point) for point in points] for name, column in columns.items()}
    if any(point.seeds and len(point.seeds) != len(cell.seeds) for point in points):
        texts["seeds"] = [str(len(point.seeds)) for point in points]
    return {name: ",".join(column) for name, column in texts.items() if any(column)}


def _pair(one: Estimate | None, unit: float) -> list[float] | None:
    if one is None:
        return None
    values = [one.mean] if one.half is None else [one.mean, one.half]
    return [significant(value, DIGITS) if unit == 1 else round(value / unit) for value in values]


def _mean(one: Estimate | None, unit: float) -> str:
    return "" if one is None else _in(one.mean, unit)


def _half(one: Estimate | None, unit: float) -> str:
    return "" if one is None or one.half is None else _in(one.half, unit)


def _ratio(one: Estimate | None) -> str:
    return "" if one is None else short(one.mean, 4)


def _in(value: float, unit: float) -> str:
    return short(value, DIGITS) if unit == 1 else str(round(value / unit))


def short(value: float, digits: int) -> str:
    """A number to significant digits in the fewest characters that read back as it."""
    digit, power = f"{value:.{digits - 1}e}".split("e")
    mantissa = digit.replace(".", "").rstrip("0")
    sign, whole = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    place = int(power) - len(whole) + 1
    plain = f"{float(f'{value:.{digits}g}'):.{max(0, -place)}f}".lstrip("-")
    forms = [plain.removeprefix("0") if plain != "0" else plain, f"{whole or 0}e{place}"]
    return sign + min(forms, key=len)
