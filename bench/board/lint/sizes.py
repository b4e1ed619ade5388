"""Dense networks that rows imply: within a table, params / kept is one and the same number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bench.board.lint.findings import Finding, finding, said, shown
from bench.board.lint.limits import is_possible
from bench.board.lint.ranges import Range
from bench.board.lint.rows import Row

FEWEST = 3
_ROLES = ("params", "kept")


def foreign_sizes(rows: Sequence[Row]) -> Iterator[Finding]:
    """The rows of one table whose params and share kept are of another network than most rows'.

    For tables that do not say how large the dense network is: the size that the most rows allow is taken for
    it where it is that of three rows at least, and of more than half.
    """
    implied = {
        row.number: row.values["params"] / row.values["kept"]
        for row in rows
        if all(role in row.values and is_possible(role, row.values[role]) for role in _ROLES)
        and "dense-params" not in row.values
        and row.values["kept"].low > 0
    }
    size = _most_allowed(list(implied.values()))
    if size is None:
        return
    for row in rows:
        if row.number in implied and not implied[row.number].meets(size):
            says = f"{said(row, 'params')} of a network of {shown(implied[row.number], 'params')}"
            right = (
                f"{shown(row.values['params'] / size, 'kept')} of {shown(size, 'params')}, as in other rows"
            )
            if row.values["params"].above(size):
                right = f"at most {shown(size, 'params')}, the network of other rows"
            yield finding(row, "size", _ROLES, says, right)


def _most_allowed(sizes: Sequence[Range]) -> Range | None:
    """Where the most ranges overlap; None where those are too few to go by."""
    best = max((one.low for one in sizes), key=lambda at: len(_over(sizes, at)), default=None)
    if best is None:
        return None
    over = _over(sizes, best)
    if len(over) < FEWEST or 2 * len(over) <= len(sizes):
        return None
    high = min(one.high for one in over)
    return Range(best, (best + high) / 2, high)


def _over(sizes: Sequence[Range], at: Decimal) -> list[Range]:
    return [one for one in sizes if one.low <= at <= one.high]
