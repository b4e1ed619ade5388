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

    def artifact(self, stage: str, key: str) -> Path:
        """The checkpoint of a stage."""
        return self.root / "artifacts" / stage / f"{key}.safetensors"
