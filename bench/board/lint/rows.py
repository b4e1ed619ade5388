"""The rows of a published table: its numbers in common units, each as exact as it was printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bench.board.lint.cells import SUFFIXES, Reading, is_empty, read_cell
from bench.board.lint.columns import GROUP, Mapped, Places, places_of
from bench.board.lint.ranges import Range
from bench.board.lint.roles import ROLES, Unit, unit_of
from bench.board.lint.table import Line, Table
from bench.board.text import plain_text
from bench.errors import UserError

_PARTNERS = (("params", "dense-params"), ("flops", "dense-flops"))
_CELL = 40


@dataclass(frozen=True)
class Row:
    """A row: `values` and the `texts` they were read from, by role.

    Metrics are in the table's own unit (per cent where it says so or goes beyond 1), shares are fractions,
    counts are in ones.
    """

    number: int
    line: int
    label: str
    group: tuple[str, ...]
    values: Mapping[str, Range]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Unread:
    """A cell that should hold a number, and holds something else."""

    row: int
    column: str
    text: str


@dataclass(frozen=True)
class Rows:
    """A table's rows and how it was read: the headers by role, and the cells that could not be.

    `percent` says whether metrics are in per cent.
    """

    rows: tuple[Row, ...]
    columns: Mapping[str, tuple[str, ...]]
    unread: tuple[Unread, ...]
    percent: bool


@dataclass(frozen=True)
class _Column:
    """The readings of a role, a cell a row; None where there is no number."""

    role: str
    header: str
    texts: tuple[str, ...]
    readings: tuple[Reading | None, ...]

    @property
    def percent(self) -> bool:
        """Whether the numbers are percentages: marked so, or beyond 1."""
        found = [reading for reading in self.readings if reading is not None]
        return "%" in self.header or any(one.percent or abs(one.value) > 1 for one in found)

    @property
    def unit(self) -> str:
        """The unit of counts, where the header or a cell gives one."""
        suffixes = (reading.suffix for reading in self.readings if reading is not None)
        return unit_of(self.header) or next(filter(None, suffixes), "")


def read_rows(table: Table, said: Mapped) -> Rows:
    """The rows of `table`, its columns found by `said` and by their headers.

    Raises:
        UserError: for a header that the table does not have, or a constant that is no number.
    """
    places = places_of(table, said)
    columns = dict(_columns(table, places, said))
    percent = any(columns[role].percent for role in ("base", "pruned") if role in columns)
    scales = {role: _scale(column, columns, percent=percent) for role, column in columns.items()}
    rows: list[Row] = []
    unread: list[Unread] = []
    for index, line in enumerate(table.lines):
        values: dict[str, Range] = {}
        texts: dict[str, str] = {}
        for role, column in columns.items():
            reading, text = column.readings[index], plain_text(column.texts[index], _CELL)
            if reading is not None:
                values[role], texts[role] = _value(reading, scales[role]), text
            elif not is_empty(text):
                unread.append(Unread(index + 1, plain_text(column.header, _CELL), text))
            if reading is not None and reading.share is not None and role == "params":
                values.setdefault("kept", reading.share)
                texts.setdefault("kept", text)
        rows.append(
            Row(index + 1, line.number, _text(line, places, "label"), _group(line, places), values, texts)
        )
    headers = {
        role: tuple(plain_text(table.header[at], _CELL) for at in found) for role, found in places.items()
    }
    return Rows(tuple(rows), headers, tuple(unread), percent)


def _columns(table: Table, places: Places, said: Mapped) -> Iterator[tuple[str, _Column]]:
    for role, found in places.items():
        if ROLES[role].unit is not Unit.TEXT:
            texts = tuple(line.cells[found[0]] for line in table.lines)
            yield role, _Column(role, table.header[found[0]], texts, tuple(map(read_cell, texts)))
    for role, text in said.constants.items():
        reading = read_cell(text)
        if reading is None or ROLES[role].unit is Unit.TEXT:
            raise UserError(f"--constant {role}={plain_text(text, _CELL)}: not a number", "such as 11.69M")
        count = len(table.lines)
        yield role, _Column(role, role, (text,) * count, (reading,) * count)


def _scale(column: _Column, columns: Mapping[str, _Column], *, percent: bool) -> Decimal:
    """What a number without a unit of its own is multiplied by."""
    unit = ROLES[column.role].unit
    if unit is Unit.SHARE:
        return Decimal("0.01") if column.percent else Decimal(1)
    if unit is Unit.METRIC:
        return Decimal("0.01") if column.percent and not percent else Decimal(1)
    if unit is Unit.COUNT:
        others = [other for pair in _PARTNERS if column.role in pair for other in pair if other in columns]
        units = [column.unit, *(columns[other].unit for other in others)]
        return Decimal(10) ** SUFFIXES[next(filter(None, units), "")]
    return Decimal(1)


def _value(reading: Reading, scale: Decimal) -> Range:
    factor = Decimal(1) if reading.suffix else scale
    return Range.of(reading.value * factor, reading.half * factor)


def _group(line: Line, places: Places) -> tuple[str, ...]:
    return tuple(plain_text(line.cells[at].strip(), _CELL) for at in places.get(GROUP, ()))


def _text(line: Line, places: Places, role: str) -> str:
    return " ".join(plain_text(line.cells[at].strip(), _CELL) for at in places.get(role, ()))
