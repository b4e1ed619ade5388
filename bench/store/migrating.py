"""Brings a store's records up from older schemas, file by file, each atomically."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.errors import UserError
from bench.store.atomic import sweep_dead, write_atomically, writing
from bench.store.layout import Layout
from bench.store.packing import pack_bytes
from bench.store.reading import PACK_SUFFIX, pack_lines, parse_plain, record_files, record_of, whole_file
from bench.store.record import Record
from bench.store.schemas import brought_up, leads_up, schema_of
from bench.store.store import to_bytes


@dataclass
class Migrated:
    """What became of a store's records: how many had the present schema, how many were brought up to it.

    `files` are those that were written; `left` says which were not, and why: no records, or newer ones.
    """

    current: int = 0
    migrated: int = 0
    files: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """The outcome as JSON types."""
        return asdict(self)


def files_of(root: Path) -> list[Path]:
    """All files of records below `root`, failures and packs among them.

    Raises:
        UserError: where `root` does not exist.
    """
    if not root.exists():
        raise UserError(f"{root}: no such store", "name a store with --store")
    failures = Layout(root).failures if Layout(root).marker.exists() else None
    return [*record_files(root), *(record_files(failures) if failures is not None else ())]


def migrate(
    root: Path, files: list[Path], *, dry_run: bool, tell: Callable[[], object] = lambda: None
) -> Migrated:
    """Bring the records in `files`, of the store `root`, up to the present schema.

    A file is replaced by a whole new one or left alone. What is stopped goes on where it was when it is
    called again, and what has been done is not done again.

    Args:
        root: the store.
        files: those of `files_of(root)`.
        dry_run: whether to write nothing.
        tell: called after each file.

    Raises:
        UserError: where a file cannot be written, such as on a full disk.
    """
    if not dry_run:
        sweep_dead(root)
    found = Migrated()
    for path in files:
        try:
            records, older = _brought_up(path)
        except UserError as error:
            found.left.append(error.message)
        else:
            found.current += len(records) - older
            found.migrated += older
            if older:
                found.files.append(str(path))
            if older and not dry_run:
                _replace(path, records)
        tell()
    return found


def _brought_up(path: Path) -> tuple[list[Record], int]:
    """The records of a file as the present schema has them, and how many of them had an older one."""
    records, older = [], 0
    for where, line in _lines(path):
        plain = parse_plain(line, where)
        schema = schema_of(plain)
        if schema is not None and leads_up(schema):
            plain = brought_up(plain, where)
            older += 1
        records.append(record_of(plain, where))
    return records, older


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    return pack_lines(path) if path.name.endswith(PACK_SUFFIX) else iter([(str(path), whole_file(path))])


def _replace(path: Path, records: list[Record]) -> None:
    """Write the file anew; a loose record whose trial id has changed lies under its new name after that."""
    packed = path.name.endswith(PACK_SUFFIX)
    target = path if packed else path.with_name(f"{records[0].trial_id}.json")
    with writing("record", target):
        write_atomically(target, pack_bytes(records) if packed else to_bytes(records[0]))
        if target != path:
            path.unlink(missing_ok=True)
