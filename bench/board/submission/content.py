"""What a record must be by itself: named by its content, ended well, plain, and sound in its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.board.submission.numbers import missing_numbers, number_complaints
from bench.board.submission.problems import Complaint, Complaints, quoted
from bench.board.submission.texts import text_complaints
from bench.plan.trials import trial_id_of
from bench.store.reading import PACK_SUFFIX

if TYPE_CHECKING:
    from bench.store.record import Record

MOST_KEYS = 1000
MOST_ITEMS = 10_000
STEADY = frozenset({"accuracy", "mse", "loss", "sparsity", "zeros", "weights", "spectral_error"})
_AS_WRITTEN = "submit the record as prunebench wrote it"


def record_complaints(record: Record) -> Complaints:
    """All that is wrong with a record by itself, wherever it lies and whatever suite it names.

    The board leaves out what has any of this.
    """
    plain = record.plain()
    if trial_id_of(plain["spec"], plain["components"]) != record.trial_id:
        yield Complaint("the trial id does not fit the spec", f"{_AS_WRITTEN}; ids are hashes")
    yield from _sizes(plain)
    yield from text_complaints(plain)
    yield from number_complaints(record)


def whole_complaints(record: Record) -> Complaints:
    """What a record lacks to be submitted."""
    if record.status != "ok":
        yield Complaint(
            f"a trial that did not end well: {record.status}",
            "submit finished trials; `bench records pack` does",
        )
        return
    if record.error is not None:
        yield Complaint("a finished trial with an error", _AS_WRITTEN)
    if record.env is None:
        yield Complaint("no word of the machine it ran on", _AS_WRITTEN)
    yield from missing_numbers(record)
    layers = {name for layer in record.per_layer for name in layer.model_extra or {}}
    steady = sorted(STEADY.intersection(record.volatile))
    if steady:
        yield Complaint(f"volatile: {', '.join(steady)} repeats in every run of a trial", _AS_WRITTEN)
    unknown = sorted(set(record.volatile) - record.metrics.keys() - record.curves.keys() - layers)
    if unknown:
        names = ", ".join(quoted(name, 40) for name in unknown[:5])
        yield Complaint(f"volatile: no such metric or curve: {names}", _AS_WRITTEN)


def path_complaints(record: Record, path: Path, *, in_folder: bool) -> Complaints:
    """Where the file's name is not what its content says: SUITE.jsonl.gz, or SUITE/ID.json.

    `in_folder` says that the file lies in a folder of the submission, which is then its suite's.
    """
    suite = quoted(record.suite.name)
    if path.name.endswith(PACK_SUFFIX):
        if path.name != f"{record.suite.name}{PACK_SUFFIX}":
            yield Complaint(
                f"a record of the suite '{suite}' in another's pack", f"name it {suite}{PACK_SUFFIX}"
            )
        return
    if path.stem != record.trial_id:
        yield Complaint("the file is not named after the trial id", f"name it {record.trial_id}.json")
    if in_folder and path.parent.name != record.suite.name:
        yield Complaint("the folder is not named after the suite", f"put it into {suite}/")


def _sizes(plain: dict[str, Any]) -> Complaints:
    waiting = [plain]
    while waiting:
        for key, value in waiting.pop().items():
            if not isinstance(value, dict | list):
                continue
            most = MOST_KEYS if isinstance(value, dict) else MOST_ITEMS
            if len(value) > most:
                yield Complaint(f"{quoted(key)}: {len(value)} entries, more than {most}", _AS_WRITTEN)
            elif isinstance(value, dict):
                waiting.append(value)
            else:
                waiting.extend(item for item in value if isinstance(item, dict))
