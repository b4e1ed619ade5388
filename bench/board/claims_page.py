"""The page of claims: for each suite, what papers say, what was measured, whether it holds, and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.analysis.claims import Finding
from bench.board.claims import SuiteClaims
from bench.board.claims_text import agrees_if, interval, measured_text, trouble, verdict
from bench.board.page import filled
from bench.board.site_files import site_folder
from bench.board.suite_figures import FOLDER, Picture
from bench.board.text import plain_text, slug

PAGE = "claims.html"
_LONGEST = 1000
_LONGEST_CAPTION = 2000


@dataclass(frozen=True)
class ClaimRow:
    """A row of the table, as text."""

    anchor: str
    name: str
    statement: str
    source: str
    expected: str
    measured: str
    interval: str
    agrees_if: str
    holds: str
    trouble: str


@dataclass(frozen=True)
class ShownFigure:
    """A figure as text: the paths of its files, or why there are none."""

    anchor: str
    title: str
    caption: str
    svg: str
    png: str
    trouble: str


@dataclass(frozen=True)
class ClaimTable:
    """A suite's table, as text."""

    anchor: str
    suite: str
    version: str
    records: int
    planned: int
    rows: tuple[ClaimRow, ...]
    figures: tuple[ShownFigure, ...]


def render_claims(
    suites: Sequence[SuiteClaims],
    pictures: Mapping[str, Sequence[Picture]] | None = None,
    site: Path | None = None,
) -> bytes:
    """The page as HTML: no script in it, every text escaped; only figures load, from files beside it.

    Args:
        suites: the claims, measured.
        pictures: the figures by suite, drawn; their files lie in `figures/claims` beside the page.
        site: the folder of the template; the installed one's unless given.
    """
    tables = [_table(one, (pictures or {}).get(one.suite, ())) for one in suites]
    images = any(figure.svg for table in tables for figure in table.figures)
    values = {"suites": tables, "has_claims": True, "here": "claims", "root": ""}
    return filled(site or site_folder(), f"{PAGE}.j2", values, images=images)


def _table(one: SuiteClaims, pictures: Sequence[Picture]) -> ClaimTable:
    rows = tuple(_row(one.suite, finding) for finding in one.findings)
    figures = tuple(_figure(picture) for picture in pictures)
    suite, version = plain_text(one.suite), plain_text(one.version)
    return ClaimTable(slug(one.suite), suite, version, one.records, one.planned, rows, figures)


def _figure(picture: Picture) -> ShownFigure:
    sketch = picture.sketch
    svg, png = (f"{FOLDER}/{name}" for name in picture.names) if picture.images else ("", "")
    trouble = f"error: {picture.fault}" if picture.fault else picture.reason
    return ShownFigure(
        anchor=f"{slug(sketch.suite)}--figure-{sketch.figure.id}",
        title=plain_text(sketch.figure.title, _LONGEST),
        caption=plain_text(sketch.figure.caption, _LONGEST_CAPTION),
        svg=svg,
        png=png,
        trouble=plain_text(trouble, _LONGEST),
    )


def _row(suite: str, finding: Finding) -> ClaimRow:
    claim = finding.claim
    return ClaimRow(
        anchor=f"{slug(suite)}--{slug(claim.id)}",
        name=plain_text(claim.id),
        statement=plain_text(claim.statement, _LONGEST),
        source=plain_text(claim.source, _LONGEST),
        expected=plain_text(claim.expected),
        measured=measured_text(finding),
        interval=interval(finding),
        agrees_if=agrees_if(finding),
        holds=verdict(finding),
        trouble=plain_text(trouble(finding), _LONGEST),
    )
