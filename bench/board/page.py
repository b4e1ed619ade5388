"""The page: the standings in the template, with its style and scripts inlined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from bench.analysis.intervals import LEVEL, MIN_SEEDS
from bench.board.cells import Cell, Standing
from bench.board.csp import policy
from bench.board.formats import MISSING, duration, mean_text, metric_text, seeds_text, share
from bench.board.page_data import COLOURS, marks, page_json, shape
from bench.board.site_files import TEMPLATE, site_folder, templates
from bench.board.unpruned import dense_text

_SCRIPTS = ("scales.js", "chart.js", "board.js", "links.js", "start.js")


@dataclass(frozen=True)
class Footing:
    """What the page says of where its numbers come from, and what lies beside it.

    `figures` are by cell; `claims` says whether there is a page of claims.
    """

    suites: tuple[str, ...]
    versions: tuple[str, ...]
    machines: tuple[str, ...]
    records: int
    figures: Mapping[str, Sequence[str]]
    claims: bool = False


@dataclass(frozen=True)
class PageRow:
    """A row of the table, as text."""

    entry: str
    label: str
    colour: int
    shape: int
    own_dense: str
    group: str
    area: str
    values: tuple[str, ...]
    seeds: str
    cost: str


@dataclass(frozen=True)
class PageCell:
    """A table of the page, as text."""

    cell: Cell
    dense: str
    sparsities: tuple[str, ...]
    rows: tuple[PageRow, ...]
    figures: tuple[str, ...]


def render(cells: Sequence[Cell], footing: Footing, site: Path | None = None) -> bytes:
    """The page as HTML; every text is escaped, and nothing in it loads from anywhere.

    Args:
        cells: the standings.
        footing: the page's sources, for its foot.
        site: the folder of the template; the installed one's unless given.
    """
    folder = site or site_folder()
    style = _text(folder / "board.css")
    script = f'"use strict";\n(() => {{\n{"".join(_text(folder / name) for name in _SCRIPTS)}}})();\n'
    numbers = marks(cells)
    html = (
        templates(folder)
        .get_template(TEMPLATE)
        .render(
            cells=[_cell(cell, numbers, footing.figures.get(cell.key, ())) for cell in cells],
            footing=footing,
            level=f"{100 * LEVEL:g}",
            min_seeds=MIN_SEEDS,
            policy=policy(style, script),
            style=Markup(style),  # noqa: S704 - the site's own file
            script=Markup(script),  # noqa: S704 - the site's own files
            data=Markup(page_json(cells)),  # noqa: S704 - page_json leaves no markup
        )
    )
    return html.encode()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _cell(cell: Cell, numbers: Mapping[tuple[str, str], int], figures: Sequence[str]) -> PageCell:
    return PageCell(
        cell=cell,
        dense=dense_text(cell),
        sparsities=tuple(share(sparsity) for sparsity in cell.grid),
        rows=tuple(_row(cell, one, numbers[cell.suite, one.label]) for one in cell.standings),
        figures=tuple(figures),
    )


def _row(cell: Cell, one: Standing, mark: int) -> PageRow:
    own = one.dense.key != cell.dense.key
    return PageRow(
        entry=one.entry[:8],
        label=one.label,
        colour=mark % COLOURS,
        shape=shape(mark),
        own_dense=metric_text(one.dense.estimate, cell.metric) if own else "",
        group=one.group or MISSING,
        area=mean_text(one.area),
        values=tuple(metric_text(point.primary, cell.metric) for point in one.points),
        seeds=seeds_text(one.seeds, len(cell.seeds), one.draws),
        cost=duration(one.seconds),
    )
