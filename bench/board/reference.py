"""Published numbers, read from CSV files that cite their sources, and put beside the standings."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.board.cells import Cell, Reference
from bench.board.lint.table import read_table
from bench.board.metrics import ACCURACY, LOSS, MSE
from bench.board.text import plain_text
from bench.errors import UserError

FOLDER = "reference"
KIND = "published, unranked"
HEADER = (
    "suite",
    "task",
    "model",
    "method",
    "metric",
    "value",
    "spread",
    "runs",
    "sparsity",
    "compression",
    "spectral_error",
    "source",
    "year",
    "notes",
)
MAX_FILES = 100
MAX_POINTS = 5_000
MAX_TEXT = 300
_METRICS = {metric.name: metric for metric in (ACCURACY, MSE, LOSS)}
_NAMED = ("task", "model", "method", "metric", "source", "value")
_ADDRESS = re.compile(r"://|\bwww\.|\bmailto:|\bjavascript:", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)
_HINT = "docs/reference.md tells the columns"


def reference_folder(store: Path) -> Path | None:
    """The folder of published numbers that belongs to a folder of records: `reference` beside `records`."""
    beside = store.absolute().parent / FOLDER
    return beside if store.absolute().name == "records" and beside.is_dir() else None


def read_references(folder: Path) -> tuple[Reference, ...]:
    """The published numbers in the CSV files of `folder`, sorted.

    Raises:
        UserError: where the folder is missing, or a file is not what docs/reference.md says: an unknown
            header, a missing text, a number out of its range, an address in place of a citation, control
            characters, a point given twice, more than `MAX_FILES` files or `MAX_POINTS` points.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder", "name a folder of CSV files; " + _HINT)
    paths = sorted(path for path in folder.iterdir() if path.suffix == ".csv")
    if len(paths) > MAX_FILES:
        raise UserError(f"{folder}: more than {MAX_FILES} files", _HINT)
    found: dict[tuple[str, ...], Reference] = {}
    for path in paths:
        for where, one in _file(path):
            place = (one.suite, one.task, one.model, one.method, one.metric, f"{one.sparsity:.9g}")
            if found.setdefault(place, one) is not one:
                raise UserError(f"{where}: a point of this method and sparsity was there before", _HINT)
        if len(found) > MAX_POINTS:
            raise UserError(f"{folder}: more than {MAX_POINTS} points", _HINT)
    return tuple(found[place] for place in sorted(found, key=lambda one: (*one[:-1], float(one[-1]))))


def with_references(cells: Iterable[Cell], references: Sequence[Reference]) -> tuple[Cell, ...]:
    """The cells, each with the published numbers of its task, model and metric.

    Those that name a suite belong to it alone. Nothing else of a cell changes: published numbers have no
    seeds in common with the records, and so no rank, no tie group and no place on the front.
    """
    return tuple(
        replace(cell, references=tuple(one for one in references if _belongs(one, cell))) for cell in cells
    )


def _belongs(one: Reference, cell: Cell) -> bool:
    same = (one.task, one.model, one.metric) == (cell.task, cell.model, cell.metric.name)
    return same and one.suite in ("", cell.suite)


def _file(path: Path) -> Iterable[tuple[str, Reference]]:
    table = read_table(path)
    if table.header != HEADER:
        odd = [name for name in table.header if name not in HEADER]
        said = f"unknown column '{plain_text(odd[0], 40)}'" if odd else "not the columns of published numbers"
        raise UserError(f"{path}: {said}", f"the header is {','.join(HEADER)}")
    for line in table.lines:
        where = f"{path}: line {line.number}"
        yield where, _point(dict(zip(HEADER, (cell.strip() for cell in line.cells), strict=True)), where)


def _point(row: Mapping[str, str], where: str) -> Reference:
    for name, text in row.items():
        if not text and name in _NAMED:
            raise UserError(f"{where}: {name} is missing", _HINT)
        if len(text) > MAX_TEXT or plain_text(text, MAX_TEXT) != text:
            raise UserError(f"{where}: {name} is not one line of plain text, {MAX_TEXT} at most", _HINT)
        if _ADDRESS.search(text):
            raise UserError(f"{where}: {name} holds an address", "cite paper, table and year in words")
    if row["metric"] not in _METRICS:
        raise UserError(f"{where}: unknown metric '{row['metric']}'", f"known: {', '.join(_METRICS)}")
    share = _METRICS[row["metric"]].percent
    value = _number(row, "value", where, (0, 1 if share else math.inf))
    assert value is not None  # noqa: S101 - it is there, see above
    year, runs = _number(row, "year", where, (1900, 2200)), _number(row, "runs", where, (1, 1e6))
    if any(one is not None and one != int(one) for one in (year, runs)):
        raise UserError(f"{where}: year and runs are whole numbers", _HINT)
    return Reference(
        suite=row["suite"],
        task=row["task"],
        model=row["model"],
        method=row["method"],
        metric=row["metric"],
        value=value,
        sparsity=_sparsity(row, where),
        source=row["source"],
        year=None if year is None else int(year),
        spread=_number(row, "spread", where, (0, math.inf)),
        runs=None if runs is None else int(runs),
        spectral_error=_number(row, "spectral_error", where, (0, math.inf)),
        notes=row["notes"],
    )


def _sparsity(row: Mapping[str, str], where: str) -> float:
    sparsity = _number(row, "sparsity", where, (0, 1))
    compression = _number(row, "compression", where, (1, 1e9))
    if (sparsity is None) == (compression is None):
        raise UserError(f"{where}: give one of sparsity and compression", _HINT)
    found = sparsity if sparsity is not None else 1 - 1 / compression if compression else 1.0
    if found >= 1:
        raise UserError(f"{where}: a sparsity of 1 has no place on the axis", _HINT)
    return found


def _number(row: Mapping[str, str], name: str, where: str, bounds: tuple[float, float]) -> float | None:
    text = row[name]
    if not text:
        return None
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not (math.isfinite(value) and bounds[0] <= value <= bounds[1]):
        low, high = bounds
        span = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of at least {low:g}"
        raise UserError(f"{where}: {name} is not a number {span}", _HINT)
    return value
