"""What a number can be at all: no accuracy above 100 %, no share above one, no negative count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bench.board.lint.findings import Finding, finding, said
from bench.board.lint.ranges import ONE, Range
from bench.board.lint.roles import ROLES, Unit
from bench.board.lint.rows import Row

_NONE = Range.of(Decimal(0))
_HUNDRED = Range.of(Decimal(100))


@dataclass(frozen=True)
class Metric:
    """A metric of a published table: the larger the better or not, and whether it is a percentage."""

    name: str
    higher: bool
    bounded: bool


METRICS = (
    Metric("accuracy", higher=True, bounded=True),
    Metric("error", higher=False, bounded=True),
    Metric("score", higher=True, bounded=False),
    Metric("loss", higher=False, bounded=False),
)


def is_possible(role: str, value: Range) -> bool:
    """Whether a share, a count or a factor can be `value`; a metric always can."""
    unit = ROLES[role].unit
    if unit is Unit.METRIC:
        return True
    return not _NONE.above(value) and not (unit is Unit.SHARE and value.above(ONE))


def impossible(row: Row, metric: Metric, *, percent: bool) -> Iterator[Finding]:
    """The numbers of a row that no network can have."""
    whole, end = (_HUNDRED, "100") if percent else (ONE, "1")
    for role, value in row.values.items():
        unit = ROLES[role].unit
        if role in ("base", "pruned"):
            if metric.bounded and (_NONE.above(value) or value.above(whole)):
                yield finding(row, "range", (role,), said(row, role), f"from 0 to {end}")
        elif unit is not Unit.METRIC and not is_possible(role, value):
            right = "from 0 % to 100 %" if unit is Unit.SHARE else "not below 0"
            yield finding(row, "range", (role,), said(row, role), right)
