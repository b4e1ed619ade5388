"""The lint's report as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.board.lint.check import Report
from bench.board.lint.findings import Finding


def lines(report: Report) -> Iterator[str]:
    """A line for each finding: where, what the row says, and what would be right."""
    for one in report.findings:
        name = f" ({one.label})" if one.label else ""
        yield f"line {one.line}, row {one.row}{name}: {one.rule}: {one.says}; right would be {one.right}"


def summary(report: Report) -> Iterator[str]:
    """How the table was read, and how much was found."""
    for role, headers in report.columns.items():
        yield f"read as {role}: {', '.join(headers)}"
    for one in report.unread[:10]:
        yield f"not read: row {one.row}, {one.column}: {one.text}"
    if len(report.unread) > 10:
        yield f"not read: {len(report.unread) - 10} cells more"
    count = len(report.findings)
    yield f"{report.rows} rows held to {', '.join(report.rules)}: {count} finding{'' if count == 1 else 's'}"


def plain(report: Report) -> dict[str, Any]:
    """The report as plain data; docs/lint.md tells its fields."""
    return {
        "rows": report.rows,
        "columns": {role: list(headers) for role, headers in report.columns.items()},
        "rules": list(report.rules),
        "unread": [{"row": one.row, "column": one.column, "text": one.text} for one in report.unread],
        "findings": [_finding(one, report) for one in report.findings],
    }


def _finding(one: Finding, report: Report) -> dict[str, Any]:
    headers = [header for role in one.roles for header in report.columns.get(role, ())]
    return {
        "row": one.row,
        "line": one.line,
        "label": one.label,
        "rule": one.rule,
        "roles": list(one.roles),
        "columns": list(dict.fromkeys(headers)),
        "says": one.says,
        "right": one.right,
    }
