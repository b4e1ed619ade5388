"""Where things lie in a store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

INTERIM = "interim"


@dataclass(frozen=True)
class Layout:
    """The paths of a store.

    records/SUITE/ID.json      trials that ended well
    failures/SUITE/ID.json     trials that did not, apart, so that they never count as done
    packs/SUITE.jsonl.gz       many records in one file
    artifacts/STAGE/KEY.*      checkpoints, by content key; those of `interim` until records are there
    notes/SUITE.*              which records were read whole: an aid, see `bench.store.scanning`
    claims                     locked, byte by byte, by processes at work; always empty
    """

    root: Path

    @property
    def marker(self) -> Path:
        """The file that names the store's schema."""
        return self.root / "store.json"

    @property
    def claims(self) -> Path:
        """The file whose bytes processes lock: see `bench.store.claims`."""
        return self.root / "claims"

    @property
    def records(self) -> Path:
        """The folder of loose records."""
        return self.root / "records"

    @property
    def failures(self) -> Path:
        """The folder of the records of trials that did not end well."""
        return self.root / "failures"

    @property
    def packs(self) -> Path:
        """The folder of packs."""
        return self.root / "packs"

    def record(self, suite: str, trial_id: str) -> Path:
        """The file of a finished trial."""
        return self.records / suite / f"{trial_id}.json"

    def failure(self, suite: str, trial_id: str) -> Path:
        """The file of a trial that did not end well."""
        return self.failures / suite / f"{trial_id}.json"

    def pack(self, suite: str) -> Path:
        """The file that `bench records pack` writes for a suite."""
        return self.packs / f"{suite}.jsonl.gz"

    def notes(self, suite: str) -> Path:
        """The file that notes which loose records of a suite were read whole."""
        return self.root / "notes" / f"{suite}.txt"

    def pack_notes(self, suite: str) -> Path:
        """The file that notes which trials a suite's pack holds."""
        return self.root / "notes" / f"{suite}.json"

    def artifact(self, stage: str, key: str) -> Path:
        """The checkpoint of a stage."""
        return self.root / "artifacts" / stage / f"{key}.safetensors"
