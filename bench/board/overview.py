"""The overview: every suite and network that was measured, and what leads there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import urlencode

from bench.board.about import About
from bench.board.cells import Cell
from bench.board.formats import MISSING, metric_text, share
from bench.board.page import Footing, filled, link_of
from bench.board.site_files import TEMPLATE, site_folder
from bench.board.text import plain_text, slug
from bench.board.ties import shared_letters

_NAMED = 3


@dataclass(frozen=True)
class OverviewRow:
    """A network of a suite, as text."""

    link: str
    task: str
    model: str
    metric: str
    dense: str
    entries: int
    seeds: int
    sparsities: str
    leading: str


@dataclass(frozen=True)
class OverviewSuite:
    """A suite with its networks, as text: how many of its trials are compared, dense controls aside.

    `claims` is its place on the page of claims, if it has one.
    """

    name: str
    version: str
    page: str
    summary: str
    compared: int
    claims: str
    rows: tuple[OverviewRow, ...]


def render_overview(
    cells: Sequence[Cell],
    footing: Footing,
    claims: Sequence[str] = (),
    about: About | None = None,
    site: Path | None = None,
) -> bytes:
    """The board's first page as HTML: no script in it, every text escaped, and nothing loads.

    Args:
        cells: the standings.
        footing: where the numbers come from.
        claims: the names of the suites that the page of claims shows.
        about: the summaries of suites.
        site: the folder of the template; the installed one's unless given.
    """
    folder, summaries = site or site_folder(), (about or About()).summaries
    suites = []
    for (name, version), group in groupby(cells, key=lambda cell: (cell.suite, cell.version)):
        mine = tuple(group)
        suites.append(
            OverviewSuite(
                name=name,
                version=version,
                page=link_of(mine[0]).page,
                summary=plain_text(summaries.get((name, version), ""), 1000),
                compared=sum(len(one.provenance.trials) for cell in mine for one in cell.standings),
                claims=slug(name) if name in claims else "",
                rows=tuple(_row(cell) for cell in mine),
            )
        )
    values: Mapping[str, object] = {
        "suites": suites,
        "footing": footing,
        "has_claims": bool(claims),
        "here": "overview",
        "root": "",
    }
    return filled(folder, TEMPLATE, values)


def _row(cell: Cell) -> OverviewRow:
    return OverviewRow(
        link=f"{link_of(cell).page}#{urlencode({'task': cell.task, 'model': cell.model})}",
        task=cell.task,
        model=cell.model,
        metric=cell.metric.label + (" (%)" if cell.metric.percent else ""),
        dense=metric_text(cell.dense.estimate, cell.metric),
        entries=len(cell.standings),
        seeds=len(cell.seeds),
        sparsities=_range(cell.grid),
        leading=_leading(cell),
    )


def _range(grid: Sequence[float]) -> str:
    return share(grid[0]) if len(grid) == 1 else f"{share(grid[0])} to {share(grid[-1])}"


def _leading(cell: Cell) -> str:
    """The entry of largest area, and how many share a letter with it."""
    if not cell.standings or cell.standings[0].area is None:
        return MISSING
    first = cell.standings[0]
    letters = set(shared_letters(first.group))
    tied = [one.label for one in cell.standings[1:] if letters & set(shared_letters(one.group))]
    if not tied:
        return first.label
    named, more = tied[: _NAMED - 1], len(tied) - _NAMED + 1
    return ", ".join([first.label, *named, *([f"and {more} more"] if more > 0 else [])])
