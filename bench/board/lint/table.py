"""Tables as strangers publish them: comma, semicolon or tab separated text, or a Markdown table."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.board.text import plain_text
from bench.errors import UserError

MAX_BYTES = 5_000_000
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELL = 500
_SEPARATORS = ",;\t"
_HINT = "the first line names the columns, each further line is a row"


@dataclass(frozen=True)
class Line:
    """A row of a table and the line of the file that it starts on."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: its header and its rows, all of the header's length."""

    header: tuple[str, ...]
    lines: tuple[Line, ...]


def read_table(path: Path) -> Table:
    """The table in the file at `path`; blank lines are passed over.

    Raises:
        UserError: where the file cannot be read, is larger than `MAX_BYTES`, is no UTF-8 text, or is no
            table of at most `MAX_ROWS` rows and `MAX_COLUMNS` columns with cells of at most `MAX_CELL`
            characters, all rows of one length.
    """
    text = _text(path)
    lines = _markdown(text) if text.lstrip().startswith("|") else _separated(text, path)
    first = next(lines, None)
    if first is None:
        raise UserError(f"{path}: the table is empty", _HINT)
    header = tuple(cell.strip() for cell in first.cells)
    if len(header) > MAX_COLUMNS:
        raise UserError(f"{path}: more than {MAX_COLUMNS} columns", "leave out those without numbers")
    rows: list[Line] = []
    for line in lines:
        if len(line.cells) != len(header):
            raise UserError(
                f"{path}: line {line.number} has {len(line.cells)} cells, the header has {len(header)}",
                "quote cells that hold the separator",
            )
        if max(map(len, line.cells)) > MAX_CELL:
            raise UserError(f"{path}: line {line.number} has a cell of over {MAX_CELL} characters", _HINT)
        rows.append(line)
        if len(rows) > MAX_ROWS:
            raise UserError(f"{path}: more than {MAX_ROWS} rows", "check it in parts")
    return Table(header, tuple(rows))


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise UserError(f"{path}: no such file", "name a CSV file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}", "check its permissions") from None
    if len(data) > MAX_BYTES:
        raise UserError(f"{path}: larger than {MAX_BYTES} bytes", "a table of results is a few kilobytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text: byte {error.start}", "save it as UTF-8") from None
    for char in text:
        if char not in "\t\r\n" and unicodedata.category(char) == "Cc":
            raise UserError(f"{path}: holds the control character U+{ord(char):04X}", "remove it")
    return text


def _separated(text: str, path: Path) -> Iterator[Line]:
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            started, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield Line(started, tuple(cells))
    except csv.Error as error:
        raise UserError(f"{path}: line {reader.line_num}: {plain_text(error)}", _HINT) from None


def _markdown(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), start=1):
        row = line.strip()
        if not row.startswith("|") or not row.strip("|:- "):
            continue
        yield Line(number, tuple(cell.strip() for cell in row.removesuffix("|")[1:].split("|")))
