"""A suite's page: its standings as data in the template, with style and scripts inlined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from bench.analysis.intervals import LEVEL, MIN_SEEDS
from bench.board.cells import Cell
from bench.board.csp import policy
from bench.board.page_data import Beside, page_json
from bench.board.site_files import site_folder, templates
from bench.board.site_names import suite_page
from bench.board.text import plain_text

SCRIPTS = (
    "scales.js", "data.js", "state.js", "views.js", "chart.js", "plots.js", "table.js", "detail.js",
    "links.js", "pile.js", "start.js",
)  # fmt: skip


@dataclass(frozen=True)
class Footing:
    """Where a page's numbers come from: versions of prunebench, machines, and how many records."""

    versions: tuple[str, ...]
    machines: tuple[str, ...]
    records: int


@dataclass(frozen=True)
class Link:
    """A suite's name and version, and its page."""

    name: str
    version: str
    page: str


@dataclass(frozen=True)
class Frame:
    """What is around a suite's standings: the other suites, the footing, whether there are claims."""

    links: tuple[Link, ...]
    footing: Footing
    claims: bool = False


def link_of(cell: Cell) -> Link:
    """The link to the page that a cell stands on."""
    return Link(cell.suite, cell.version, suite_page(cell.suite, cell.version))


def render_suite(
    cells: Sequence[Cell], frame: Frame, beside: Beside | None = None, site: Path | None = None
) -> bytes:
    """The page of one suite as HTML; every text is escaped, and nothing in it loads from anywhere.

    Args:
        cells: the standings of one suite at one version; at least one.
        frame: the page's surroundings.
        beside: figures and papers.
        site: the folder of the template; the installed one's unless given.
    """
    folder = site or site_folder()
    beside = beside or Beside()
    link = link_of(cells[0])
    script = f'"use strict";\n(() => {{\n{"".join(text_of(folder / name) for name in SCRIPTS)}}})();\n'
    values = {
        "suite": link.name,
        "version": link.version,
        "summary": plain_text(beside.about.summaries.get((link.name, link.version), ""), 1000),
        "suites": frame.links,
        "page": link.page,
        "footing": frame.footing,
        "has_claims": frame.claims,
        "here": "suite",
        "root": "../",
        "script": Markup(script),  # noqa: S704 - the site's own files
        "data": Markup(page_json(cells, beside)),  # noqa: S704 - page_json leaves no markup
    }
    return filled(folder, "suite.html.j2", values, script)


def filled(
    folder: Path, template: str, values: Mapping[str, object], script: str = "", *, images: bool = False
) -> bytes:
    """A page of the site's folder with its style, its policy and `values`."""
    style = text_of(folder / "board.css")
    html = (
        templates(folder)
        .get_template(template)
        .render(
            **values,
            level=f"{100 * LEVEL:g}",
            min_seeds=MIN_SEEDS,
            policy=policy(style, script, images=images),
            style=Markup(style),  # noqa: S704 - the site's own file
        )
    )
    return html.encode()


def text_of(path: Path) -> str:
    """The text of one of the site's files."""
    return path.read_text(encoding="utf-8")
