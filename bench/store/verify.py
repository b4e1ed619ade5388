"""Checks records from their data alone: the id fits the spec, and the counts fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UserError
from bench.plan.trials import trial_id_of
from bench.store.reading import PACK_SUFFIX, read_pack, read_record, record_files
from bench.store.record import Record


@dataclass(frozen=True)
class Verdict:
    """A record, named by its file, and what is wrong with it, if anything is."""

    where: str
    problem: str


def verify(root: Path, suite: str | None = None) -> Iterator[Verdict]:
    """A verdict on every record below `root`, packs and loose files alike.

    Raises:
        UserError: where `root` does not exist.
    """
    if not root.exists():
        raise UserError(f"{root}: no such store", "name a store with --store")
    for path in record_files(root):
        try:
            for record in read_pack(path) if path.name.endswith(PACK_SUFFIX) else [read_record(path)]:
                if suite in (None, record.suite.name):
                    yield Verdict(f"{path}: {record.trial_id[:12]}", problem_of(record, path))
        except UserError as error:
            yield Verdict(str(path), error.message.removeprefix(f"{path}: "))


def problem_of(record: Record, path: Path) -> str:
    """What is wrong with `record`, or an empty string."""
    plain = record.plain()
    if trial_id_of(plain["spec"], plain["components"]) != record.trial_id:
        return "the trial id does not fit the spec"
    if path.suffix == ".json" and path.stem != record.trial_id:
        return "the file is not named after the trial id"
    for layer in record.per_layer:
        if layer.zeros > layer.weights:
            return f"layer {layer.name} has more zeros than weights"
    fractions = [key for key in ("accuracy", "accuracy_dense", "sparsity") if not _is_fraction(record, key)]
    if fractions:
        return f"{', '.join(fractions)} lies outside 0 to 1"
    return miscount(record)


def _is_fraction(record: Record, key: str) -> bool:
    value = record.metrics.get(key)
    return value is None or 0 <= value <= 1


def miscount(record: Record) -> str:
    """What of a record's counts of zeros and weights does not add up, or an empty string."""
    zeros, weights = record.metrics.get("zeros"), record.metrics.get("weights")
    if zeros is None or weights is None or not record.per_layer:
        return ""
    if sum(layer.weights for layer in record.per_layer) != weights:
        return "the layers' weights do not add up to the model's"
    if sum(layer.zeros for layer in record.per_layer) > zeros:
        return "the masks have more zeros than the weights"
    return ""
