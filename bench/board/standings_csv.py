"""standings.csv: a line for each contestant and sparsity."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.analysis.intervals import Estimate
from bench.board.cells import Cell, Point, Reference, Standing
from bench.board.formats import significant
from bench.board.reference import KIND
from bench.plan.canonical import canonical_json

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ESTIMATES = (
    "primary",
    "difference",
    "pruned",
    "spectral",
    "frobenius",
    "achieved",
    "compression",
    "speedup",
    "macs",
)


def standings_csv(cells: Sequence[Cell]) -> bytes:
    """The standings as CSV with a header; fractions are 0–1, a missing number is an empty field.

    Each estimate has its mean and, as NAME_half, the half-width of its 95 % interval. Text that a
    spreadsheet would run as a formula is led by an apostrophe. `kind` is "measured", or "published, unranked"
    for the numbers of others, which come last and have a `source`.
    """
    lines = [
        line
        for cell in cells
        for standing in cell.standings
        for point in standing.points
        for line in [dict(_line(cell, standing, point))]
    ]
    lines += [dict(_reference(cell, one)) for cell in cells for one in cell.references]
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(_header()), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return buffer.getvalue().encode()


def _header() -> Iterator[str]:
    yield from (
        "suite",
        "version",
        "task",
        "model",
        "label",
        "parametrization",
        "pruner",
        "params",
        "schedule",
        "schedule_params",
        "matched_to",
        "matched_params",
    )
    yield from ("metric", "sparsity", "seeds")
    yield from (part for name in _ESTIMATES for part in (name, f"{name}_half"))
    yield from ("dense", "dense_half", "area", "area_half", "group")
    yield from ("complete_seeds", "suite_seeds", "draws", "seconds", "entry", "cell")
    yield from ("kind", "source")


def _line(cell: Cell, standing: Standing, point: Point) -> Iterator[tuple[str, str | int | float]]:
    texts = {
        "suite": cell.suite,
        "version": cell.version,
        "task": cell.task,
        "model": cell.model,
        "label": standing.label,
        "parametrization": standing.parametrization,
        "pruner": standing.pruner,
        "params": _json(standing.params),
        "schedule": standing.schedule,
        "schedule_params": _json(standing.schedule_params),
        "matched_to": standing.matched_to,
        "matched_params": _json(standing.matched_params),
        "metric": cell.metric.name,
        "group": standing.group or "",
        "entry": standing.entry,
        "cell": cell.key,
        "kind": "measured",
        "source": "",
    }
    yield from ((name, _inert(text)) for name, text in texts.items())
    yield from (("sparsity", point.sparsity), ("seeds", len(point.seeds)))
    for name in _ESTIMATES:
        yield from _estimate(name, getattr(point, name))
    yield from _estimate("dense", standing.dense.estimate)
    yield from _estimate("area", standing.area)
    yield from (("complete_seeds", standing.seeds), ("suite_seeds", len(cell.seeds)))
    yield "draws", standing.draws
    yield "seconds", "" if standing.seconds is None else significant(standing.seconds)


def _reference(cell: Cell, one: Reference) -> Iterator[tuple[str, str | float]]:
    texts = {
        "suite": cell.suite,
        "version": cell.version,
        "task": cell.task,
        "model": cell.model,
        "label": one.method,
        "metric": one.metric,
        "cell": cell.key,
        "kind": KIND,
        "source": one.source,
    }
    yield from ((name, _inert(text)) for name, text in texts.items())
    yield from (("sparsity", significant(one.sparsity)), ("primary", significant(one.value)))
    yield "spectral", "" if one.spectral_error is None else significant(one.spectral_error)


def _estimate(name: str, one: Estimate | None) -> Iterator[tuple[str, str | float]]:
    yield name, "" if one is None else significant(one.mean)
    yield f"{name}_half", "" if one is None or one.half is None else significant(one.half)


def _json(params: Mapping[str, Any]) -> str:
    return canonical_json(dict(params)).decode()


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
