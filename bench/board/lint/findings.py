"""Findings of the lint, and numbers as they say them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bench.board.lint.ranges import Range
from bench.board.lint.roles import ROLES, Unit
from bench.board.lint.rows import Row


@dataclass(frozen=True)
class Finding:
    """A row that cannot be true: what it says, and what would be right. `roles` are the columns' roles."""

    row: int
    line: int
    label: str
    rule: str
    roles: tuple[str, ...]
    says: str
    right: str


def finding(row: Row, rule: str, roles: tuple[str, ...], says: str, right: str) -> Finding:
    """A finding about `row`."""
    return Finding(row.number, row.line, row.label, rule, roles, says, right)


def said(row: Row, role: str) -> str:
    """What a row says of a role, in the table's own characters: 'params 17.56 M (68.70 %)'."""
    return f"{role} {row.texts[role]}"


def shown(value: Range, role: str) -> str:
    """The middle of a range, in the unit of its role, with three to four digits."""
    unit, number = ROLES[role].unit, value.middle
    if not number.is_finite():
        return "endless"
    if unit is Unit.SHARE:
        return f"{_digits(100 * number)} %"
    if unit is Unit.FACTOR:
        return f"{_digits(number)}x"
    if unit is Unit.COUNT:
        for power, suffix in ((12, "T"), (9, "G"), (6, "M"), (3, "K")):
            if abs(number) >= Decimal(10) ** power:
                return f"{_digits(number.scaleb(-power))} {suffix}"
    if role in ("difference", "drop"):
        return f"{number:+f}"
    return f"{number:f}" if unit is Unit.METRIC else _digits(number)


def _digits(number: Decimal) -> str:
    return f"{float(number):.4g}"
