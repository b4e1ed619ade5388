"""Which trials of a suite have a record, without reading again what was read before.

The store notes which records were read whole, each with the size and the times that its file then had. A
file that still has them is not read again; any other is. The notes are an aid alone: without them, or where
they do not fit, everything is read.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bench.errors import UserError
from bench.store.atomic import write_atomically
from bench.store.layout import Layout
from bench.store.reading import MAX_RECORD_BYTES, pack_lines, parse_record
from bench.store.record import Record
from bench.store.regular import read_regular
from bench.store.schemas import OtherSchema

MAX_NOTES_BYTES = 2_000_000_000
_SPARE_LINES = 1000
_AT_ONCE = 1000
_SETTLED = 2_000_000_000  # ns: the coarsest tick of a file system's clock, FAT's


@dataclass(frozen=True)
class Scan:
    """The trials that were `found`, and what is to be noted: lines on loose records, ids of a pack's."""

    found: set[str]
    lines: list[str] = field(default_factory=list)
    packed: Mapping[str, Any] | None = None

    def take(self, trial_id: str, file: os.stat_result) -> None:
        """A record that was read; one that has just changed may do so again within the tick of a clock."""
        self.found.add(trial_id)
        if _is_settled(file):
            self.lines.append(f"{trial_id} {_stamp(file)}\n")


def scan_loose(layout: Layout, suite: str, wanted: Collection[str]) -> Scan:
    """Which of the trials have a loose record; a file that is no whole record of its trial does not count.

    Raises:
        UserError: for a record of a newer schema.
    """
    scan = Scan(set())
    noted = dict(_noted(layout.notes(suite)))
    try:
        entries = os.scandir(layout.records / suite)
    except OSError:
        return scan
    with entries:
        for entry in entries:
            trial_id = entry.name.removesuffix(".json")
            if trial_id not in wanted or trial_id == entry.name:
                continue
            with suppress(OSError):
                file = entry.stat()
                if noted.get(trial_id) == _stamp(file):
                    scan.found.add(trial_id)
                elif is_ok(entry.path, trial_id):
                    scan.take(trial_id, file)
    return scan


def scan_pack(layout: Layout, suite: str, wanted: Collection[str]) -> Scan:
    """Which of the trials have a record in the suite's pack.

    Raises:
        UserError: for what is no pack, or holds what is no record.
    """
    path = layout.pack(suite)
    try:
        file = path.stat()
    except OSError:
        return Scan(set())
    if not stat.S_ISREG(file.st_mode):
        return Scan(set())
    noted = _noted_pack(layout.pack_notes(suite))
    if noted.get("stamp") == _stamp(file):
        return Scan({trial_id for trial_id in noted["ids"] if trial_id in wanted})
    records = (_whole(line) or parse_record(line, where) for where, line in pack_lines(path))
    ids = [record.trial_id for record in records if record.suite.name == suite]
    note = {"stamp": _stamp(file), "ids": ids} if _is_settled(file) else None
    return Scan({trial_id for trial_id in ids if trial_id in wanted}, packed=note)


def note_scans(layout: Layout, suite: str, *scans: Scan) -> None:
    """Note what was read, so that the next scan need not; a store that cannot be written stays as it is."""
    for scan in scans:
        with suppress(OSError):
            if scan.packed is not None:
                write_atomically(layout.pack_notes(suite), json.dumps(scan.packed).encode())
            if scan.lines:
                _append(layout.notes(suite), scan.lines)
                _tidy(layout.notes(suite))


class Noting:
    """Notes the records that a run writes, many at a time and a while after: each is read once for it."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._written: defaultdict[str, list[str]] = defaultdict(list)

    def written(self, suite: str, trial_id: str) -> None:
        """A record was written; with enough later ones it is noted."""
        self._written[suite].append(trial_id)
        if len(self._written[suite]) >= 2 * _AT_ONCE:
            self._note(suite, _AT_ONCE)

    def rest(self) -> None:
        """Note what is left, but for what is too new."""
        for suite, trial_ids in self._written.items():
            self._note(suite, len(trial_ids))

    def _note(self, suite: str, count: int) -> None:
        scan = Scan(set())
        for trial_id in self._written[suite][:count]:
            path = self._layout.record(suite, trial_id)
            with suppress(OSError):
                file = path.stat()
                if is_ok(path, trial_id):
                    scan.take(trial_id, file)
        del self._written[suite][:count]
        with suppress(OSError):
            _append(self._layout.notes(suite), scan.lines)


def is_ok(path: str | Path, trial_id: str) -> bool:
    """Whether the file is the whole record of a trial that ended well.

    Raises:
        UserError: for a record of a newer schema.
    """
    try:
        data = read_regular(path, MAX_RECORD_BYTES)
        record = _whole(data) or parse_record(data, str(path))
    except OSError:
        return False
    except OtherSchema:
        raise
    except UserError:
        return False
    return record.status == "ok" and record.trial_id == trial_id


def _whole(data: bytes) -> Record | None:
    """The record in `data`, if it is whole, at a quarter of the cost of `parse_record`.

    What that refuses besides passes: a key that stands twice, and numbers and depths that nobody writes.
    """
    try:
        return Record.model_validate_json(data) if len(data) <= MAX_RECORD_BYTES else None
    except ValidationError:
        return None


def _stamp(file: os.stat_result) -> str:
    return f"{file.st_size} {file.st_mtime_ns} {file.st_ctime_ns}"


def _is_settled(file: os.stat_result) -> bool:
    return time.time_ns() - file.st_ctime_ns > _SETTLED


def _noted(path: Path) -> list[tuple[str, str]]:
    """The ids in the notes with their stamps, later ones last; a torn line fits no record."""
    try:
        lines = read_regular(path, MAX_NOTES_BYTES).decode(errors="replace").splitlines()
    except OSError:
        return []
    return [(trial_id, stamp) for trial_id, _, stamp in (line.partition(" ") for line in lines)]


def _noted_pack(path: Path) -> Mapping[str, Any]:
    try:
        noted = json.loads(read_regular(path, MAX_NOTES_BYTES))
        return noted if all(isinstance(trial_id, str) for trial_id in noted["ids"]) else {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _append(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():  # such as a pipe, on which this would wait
        return
    with path.open("ab") as file:
        file.write("".join(lines).encode())


def _tidy(path: Path) -> None:
    """Write the notes anew once most of them are outdated."""
    noted = _noted(path)
    latest = dict(noted)
    if len(noted) > 2 * len(latest) + _SPARE_LINES:
        write_atomically(path, "".join(f"{key} {stamp}\n" for key, stamp in latest.items()).encode())
