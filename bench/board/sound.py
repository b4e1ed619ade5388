"""The records that a board is built of: those that are sound; others are left out, and it is said which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.board.submission.content import record_complaints
from bench.board.submission.problems import quoted
from bench.errors import UserError
from bench.store.reading import PACK_SUFFIX, pack_lines, parse_record, read_record, record_files

if TYPE_CHECKING:
    from bench.store.record import Record

MOST_BAD_LINES = 100


@dataclass(frozen=True)
class Sound:
    """The records of a store that a board may show, and where and why others are left out."""

    records: list[Record]
    left_out: tuple[str, ...]


def sound_records(root: Path, suite: str | None = None) -> Sound:
    """The finished records below `root`, each trial once, of `suite` if given.

    What is no record, and a record whose id, texts or numbers cannot be what a trial left, is left out,
    and so is the rest of a pack after `MOST_BAD_LINES` lines that are no records.

    Raises:
        UserError: where `root` does not exist.
    """
    if not root.exists():
        raise UserError(f"{root}: no such store", "run a suite first, or name a store with --store")
    found: dict[tuple[str, str], Record] = {}
    left_out: list[str] = []
    for where, item in _items(root):
        if not isinstance(item, str) and (item.status != "ok" or suite not in (None, item.suite.name)):
            continue
        wrong = item if isinstance(item, str) else _wrong(item)
        if wrong:
            left_out.append(f"{quoted(where, 400)}: {quoted(wrong, 300)}")
        elif not isinstance(item, str):
            found.setdefault((item.suite.name, item.trial_id), item)
    return Sound(list(found.values()), tuple(left_out))


def _wrong(record: Record) -> str:
    return next((complaint.what for complaint in record_complaints(record)), "")


def _items(root: Path) -> Iterator[tuple[str, Record | str]]:
    """Each record with its place, or what is wrong there."""
    inside = root.resolve()
    for path in record_files(root):
        if path != root and not path.resolve().is_relative_to(inside):
            yield str(path), "a link that leads out of the folder"
            continue
        try:
            if not path.name.endswith(PACK_SUFFIX):
                yield str(path), read_record(path)
                continue
            yield from _lines(path)
        except UserError as error:
            yield str(path), error.message.removeprefix(f"{path}: ")


def _lines(path: Path) -> Iterator[tuple[str, Record | str]]:
    bad = 0
    for where, line in pack_lines(path):
        try:
            record = parse_record(line, where)
        except UserError as error:
            yield where, error.message.removeprefix(f"{where}: ")
            bad += 1
            if bad == MOST_BAD_LINES:
                return
        else:
            yield f"{where}: {record.trial_id[:12]}", record
