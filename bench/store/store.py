"""A store that is being written: which trials are done, which failed, and where results go."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UserError
from bench.plan.trials import Trial
from bench.store.atomic import write_atomically
from bench.store.layout import Layout
from bench.store.reading import PACK_SUFFIX, read_pack, read_record
from bench.store.record import Record
from bench.store.regular import read_regular

STORE_SCHEMA = 1
MAX_MARKER_BYTES = 10_000


@dataclass(frozen=True)
class Store:
    """An opened store."""

    layout: Layout

    @classmethod
    def open(cls, root: Path) -> Store:
        """Open the store at `root`, making it if it is not there.

        Raises:
            UserError: where it cannot be made or written, is no store, or is of a newer schema.
        """
        layout = Layout(root)
        try:
            root.mkdir(parents=True, exist_ok=True)
            if layout.marker.exists():
                _check_schema(layout.marker)
            else:
                write_atomically(layout.marker, json.dumps({"schema": STORE_SCHEMA}).encode() + b"\n")
        except OSError as error:
            raise UserError(
                f"{root}: cannot write the store: {error.strerror}", "name another folder with --store"
            ) from None
        return cls(layout)

    @classmethod
    def at(cls, root: Path) -> Store:
        """The store at `root` for reading; nothing is written.

        Raises:
            UserError: where it is of a newer schema.
        """
        layout = Layout(root)
        if layout.marker.exists():
            _check_schema(layout.marker)
        return cls(layout)

    def done(self, suite: str, trial_ids: Iterable[str]) -> set[str]:
        """Which of the trials have a record; a file that cannot be read does not count."""
        wanted = set(trial_ids)
        found = {
            trial_id
            for trial_id in wanted & _names(self.layout.records / suite)
            if _is_ok(self.layout.record(suite, trial_id), trial_id)
        }
        for pack in _packs(self.layout, suite):
            found |= {record.trial_id for record in read_pack(pack) if record.suite.name == suite} & wanted
        return found

    def failed(self, suite: str, trial_ids: Iterable[str]) -> dict[str, Record]:
        """Those of the trials that an earlier run left as failed, with their records."""
        names = set(trial_ids) & _names(self.layout.failures / suite)
        found = {}
        for trial_id in sorted(names):
            try:
                found[trial_id] = read_record(self.layout.failure(suite, trial_id))
            except UserError:
                continue
        return found

    def ending(self, trial: Trial) -> tuple[str, ...] | None:
        """How a trial ended by its loose record, "ok" or a status with the time; None where it has none."""
        suite, trial_id = trial.suite.name, trial.trial_id
        if _is_ok(self.layout.record(suite, trial_id), trial_id):
            return ("ok",)
        try:
            failed = read_record(self.layout.failure(suite, trial_id))
        except UserError:
            return None
        return how_failed(failed)

    def write(self, record: Record) -> Path:
        """Store `record`, where its status says; a success replaces an earlier failure.

        Raises:
            UserError: where it cannot be written, such as on a full disk.
        """
        suite, trial_id = record.suite.name, record.trial_id
        failure = self.layout.failure(suite, trial_id)
        path = self.layout.record(suite, trial_id) if record.status == "ok" else failure
        try:
            write_atomically(path, to_bytes(record))
            if record.status == "ok":
                failure.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(
                f"{path}: cannot write the record: {error.strerror}",
                "make room or mend the permissions, then run the same command again",
            ) from None
        return path


def how_failed(record: Record) -> tuple[str, ...]:
    """What tells one failure of a trial from a later one."""
    return (record.status, record.started, record.finished)


def to_bytes(record: Record) -> bytes:
    """A record as it is stored: readable JSON in the schema's order."""
    return json.dumps(record.plain(), indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _check_schema(marker: Path) -> None:
    try:
        schema = json.loads(read_regular(marker, MAX_MARKER_BYTES))["schema"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise UserError(f"{marker}: not the marker of a store", "name another folder with --store") from None
    if not isinstance(schema, int) or schema > STORE_SCHEMA:
        raise UserError(
            f"{marker}: the store has schema {schema}, this prunebench reads up to {STORE_SCHEMA}",
            "upgrade prunebench, or name another store with --store",
        )


def _names(folder: Path) -> set[str]:
    try:
        return {path.stem for path in folder.iterdir() if path.suffix == ".json"}
    except OSError:
        return set()


def _is_ok(path: Path, trial_id: str) -> bool:
    try:
        record = read_record(path)
    except UserError as error:
        if "upgrade prunebench" in error.hint:
            raise
        return False
    return record.status == "ok" and record.trial_id == trial_id


def _packs(layout: Layout, suite: str) -> list[Path]:
    return [path for path in [layout.pack(suite)] if path.is_file() and path.name.endswith(PACK_SUFFIX)]
