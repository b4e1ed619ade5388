"""Ranks that contradict the numbers they rank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bench.board.lint.findings import Finding, finding, said
from bench.board.lint.limits import Metric
from bench.board.lint.rows import Row

_RANKED_BY = ("pruned", "difference", "drop")


def ranked_by(roles: Sequence[str]) -> str | None:
    """What ranks are taken to be by: the pruned network's metric, else its difference to the dense one."""
    return next((role for role in _RANKED_BY if role in roles), None)


def misranked(rows: Sequence[Row], by: str, metric: Metric) -> Iterator[Finding]:
    """The rows of one table that stand behind a neighbour which is worse, or level with one that differs.

    Args:
        rows: the rows of one table, in any order.
        by: the role that ranks, of `ranked_by`.
        metric: tells whether larger is better.
    """
    better = metric.higher != (by == "drop")
    there = [row for row in rows if "rank" in row.values and by in row.values]
    for first, second in pairwise(sorted(there, key=lambda row: row.values["rank"].middle)):
        one, other = (first, second) if better else (second, first)
        wrong = other.values[by].above(one.values[by])
        level = first.values["rank"].middle == second.values["rank"].middle
        if wrong or (level and one.values[by].above(other.values[by])):
            says = f"{said(second, 'rank')} at {said(second, by)}"
            ahead = f"row {first.number} has {said(first, 'rank')} at {said(first, by)}"
            right = f"not level with it: {ahead}" if level else f"ahead of it: {ahead}"
            yield finding(second, "rank", ("rank", by), says, right)
