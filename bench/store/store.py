"""A store that is being written: which trials are done, which failed, and where results go."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UserError
from bench.plan.trials import Trial
from bench.store.atomic import write_atomically, writing
from bench.store.layout import Layout
from bench.store.reading import read_record
from bench.store.record import Record
from bench.store.regular import read_regular
from bench.store.scanning import is_ok, note_scans, scan_loose, scan_pack
from bench.store.schemas import OtherSchema

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

    def done(self, suite: str, trial_ids: Iterable[str], *, note: bool = False) -> set[str]:
        """Which of the trials have a record; a file that cannot be read does not count.

        With `note`, what was read is noted in the store, and not read again until its file changes.
        """
        wanted = set(trial_ids)
        loose = scan_loose(self.layout, suite, wanted)
        packed = scan_pack(self.layout, suite, wanted)
        if note:
            note_scans(self.layout, suite, loose, packed)
        return loose.found | packed.found

    def failed(self, suite: str, trial_ids: Iterable[str]) -> dict[str, Record]:
        """Those of the trials that an earlier run left as failed, with their records."""
        names = set(trial_ids) & _names(self.layout.failures / suite)
        found = {}
        for trial_id in sorted(names):
            try:
                found[trial_id] = read_record(self.layout.failure(suite, trial_id))
            except OtherSchema:
                raise
            except UserError:
                continue
        return found

    def drop_outlived_failures(self, suite: str, trial_ids: Iterable[str]) -> None:
        """Remove earlier failures of trials that have ended well since.

        `write` does so; a process that was killed between the two did not.
        """
        for trial_id in set(trial_ids) & _names(self.layout.failures / suite):
            failure = self.layout.failure(suite, trial_id)
            with suppress(UserError, OSError):
                if read_record(self.layout.record(suite, trial_id)).finished >= read_record(failure).finished:
                    failure.unlink()

    def ending(self, trial: Trial) -> tuple[str, ...] | None:
        """How a trial ended by its loose record, "ok" or a status with the time; None where it has none."""
        suite, trial_id = trial.suite.name, trial.trial_id
        if is_ok(self.layout.record(suite, trial_id), trial_id):
            return ("ok",)
        try:
            failed = read_record(self.layout.failure(suite, trial_id))
        except UserError:
            return None
        return how_failed(failed)

    def write(self, record: Record) -> Path:
        """Store `record`, where its status says; a success replaces an earlier failure.

        Raises:
            UserError: where it cannot be written, such as on a full disk, or would replace a record of
                another schema.
        """
        suite, trial_id = record.suite.name, record.trial_id
        self._check_place(suite, trial_id)
        failure = self.layout.failure(suite, trial_id)
        path = self.layout.record(suite, trial_id) if record.status == "ok" else failure
        with writing("record", path):
            write_atomically(path, to_bytes(record))
            if record.status == "ok":
                failure.unlink(missing_ok=True)
        return path

    def _check_place(self, suite: str, trial_id: str) -> None:
        """Refuse to write where another prunebench left a record that this one cannot read."""
        for path in (self.layout.record(suite, trial_id), self.layout.failure(suite, trial_id)):
            if path.exists():
                is_ok(path, trial_id)


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
    if isinstance(schema, bool) or not isinstance(schema, int) or schema < 1:
        raise UserError(f"{marker}: not the marker of a store", "name another folder with --store")
    if schema > STORE_SCHEMA:
        raise UserError(
            f"{marker}: the store has schema {schema}, this prunebench reads up to {STORE_SCHEMA}",
            "upgrade prunebench, or name another store with --store",
        )


def _names(folder: Path) -> set[str]:
    try:
        return {path.stem for path in folder.iterdir() if path.suffix == ".json"}
    except OSError:
        return set()
