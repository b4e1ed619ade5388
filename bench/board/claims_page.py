"""The page of claims: for each suite, what papers say, what was measured, and whether it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from bench.analysis.claims import Finding
from bench.analysis.intervals import LEVEL
from bench.board.claims import SuiteClaims
from bench.board.claims_text import agrees_if, interval, measured_text, trouble, verdict
from bench.board.csp import policy
from bench.board.site_files import site_folder, templates
from bench.board.text import plain_text, slug

PAGE = "claims.html"
_LONGEST = 1000


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
class ClaimTable:
    """A suite's table, as text."""

    suite: str
    version: str
    records: int
    planned: int
    rows: tuple[ClaimRow, ...]


def render_claims(suites: Sequence[SuiteClaims], site: Path | None = None) -> bytes:
    """The page as HTML: no script in it, every text escaped, and nothing loads from anywhere.

    Args:
        suites: the claims, measured.
        site: the folder of the template; the installed one's unless given.
    """
    folder = site or site_folder()
    style = (folder / "board.css").read_text(encoding="utf-8")
    html = (
        templates(folder)
        .get_template(f"{PAGE}.j2")
        .render(
            suites=[_table(one) for one in suites],
            level=f"{100 * LEVEL:g}",
            policy=policy(style),
            style=Markup(style),  # noqa: S704 - the site's own file
        )
    )
    return html.encode()


def _table(one: SuiteClaims) -> ClaimTable:
    rows = tuple(_row(one.suite, finding) for finding in one.findings)
    return ClaimTable(plain_text(one.suite), plain_text(one.version), one.records, one.planned, rows)


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
