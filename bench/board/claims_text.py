"""Claims as plain text, within a hundred columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap

from bench.analysis.claims import Finding
from bench.analysis.verdict import accepted
from bench.board.claims import SuiteClaims
from bench.board.formats import MINUS, MISSING, plain_number
from bench.board.text import plain_text

COLUMNS = 100
_HEADER = ("claim", "paper says", "measured", "95 % interval", "agrees if", "holds")
_WIDEST = (22, 20, 10, 18, 12, 8)


def claims_table(found: SuiteClaims) -> str:
    """A table of the claims, each followed by its statement, its source, and why a number is missing."""
    title = (
        f"{found.suite} {found.version}: {len(found.findings)} claims, "
        f"{found.records} of {found.planned} trials recorded"
    )
    rows = [_cells(finding) for finding in found.findings]
    widths = [
        min(widest, max(len(row[column]) for row in [_HEADER, *rows]))
        for column, widest in enumerate(_WIDEST)
    ]
    lines = [title, "", *_row(_HEADER, widths)]
    for finding, row in zip(found.findings, rows, strict=True):
        lines += ["", *_row(row, widths), *_below(finding)]
    return "\n".join(lines)


def verdict(finding: Finding) -> str:
    """The verdict in a word: yes, no, error, not measured, or that the claim is only reported."""
    if finding.fault:
        return "error"
    if finding.measured is None:
        return MISSING
    return {True: "yes", False: "no", None: "reported"}[finding.holds]


def interval(finding: Finding) -> str:
    """The interval of what was measured."""
    if finding.low is None or finding.high is None:
        return MISSING
    return f"{plain_number(finding.low)} … {plain_number(finding.high)}"


def agrees_if(finding: Finding) -> str:
    """The values that agree with the claim."""
    bounds = accepted(finding.claim)
    return MISSING if bounds.low is None and bounds.high is None else str(bounds).replace("-", MINUS)


def measured_text(finding: Finding) -> str:
    """What was measured."""
    return MISSING if finding.measured is None else plain_number(finding.measured)


def trouble(finding: Finding) -> str:
    """Why a number is missing; empty where none is."""
    if finding.fault:
        return f"error: {finding.fault}"
    return f"not measured: {finding.reason}" if finding.measured is None else ""


def _cells(finding: Finding) -> tuple[str, ...]:
    claim, value = finding.claim, measured_text(finding)
    texts = (claim.id, claim.expected, value, interval(finding), agrees_if(finding), verdict(finding))
    return tuple(plain_text(text) for text in texts)


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    columns = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    return [
        "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()
        for parts in zip_longest(*columns, fillvalue="")
    ]


def _below(finding: Finding) -> list[str]:
    claim = finding.claim
    texts = [f"{claim.statement} ({claim.source})", trouble(finding)]
    return [
        line
        for text in texts
        for line in wrap(plain_text(text, 1000), COLUMNS, initial_indent="    ", subsequent_indent="    ")
    ]
