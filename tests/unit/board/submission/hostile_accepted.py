"""Hostile submissions: sound records that contradict what is accepted, or each other."""

from __future__ import annotations

from pathlib import Path

from tests.unit.board.submission.cases import Case, Plain, all_records, changed, packed, spoiled


def _case(name: str, says: str, path: str, value: object, *, index: int = 0) -> Case:
    """One record with one changed field; the accepted ones are all there are of the suite."""

    def make(folder: Path, good: list[Plain]) -> None:
        packed(folder, [changed(good[index], path, value)])

    return Case(name, make, says, alone=False)


def _new(name: str, says: str, path: str, value: object) -> Case:
    """A trial at a seed that nobody has run, which is no contradiction, and one that is."""

    def make(folder: Path, good: list[Plain]) -> None:
        fresh = changed(changed(good[0], "spec.seed", 7), "env.data_sha256", "1" * 64)
        other = changed(fresh, "spec.sparsity", good[1]["spec"]["sparsity"])
        packed(folder, [_like(fresh, good[0]), spoiled(_like(other, good[1]), path, value)])

    return Case(name, make, says, alone=False)


def _like(plain: Plain, counted: Plain) -> Plain:
    """The record with the counts of another, which has its sparsity."""
    counts = {name: value for name, value in counted["metrics"].items() if not name.startswith("accuracy")}
    metrics = {**plain["metrics"], **counts, "loss": plain["metrics"]["loss"] + plain["spec"]["sparsity"]}
    return plain | {"metrics": metrics, "per_layer": counted["per_layer"]}


def _twice(folder: Path, good: list[Plain]) -> None:
    fresh = changed(good[0], "spec.seed", 7)
    fresh["metrics"] = {**fresh["metrics"], "loss": 0.123456}
    packed(folder, [fresh, fresh])


def _copied_seed(folder: Path, good: list[Plain]) -> None:
    packed(folder, [changed(good[0], "spec.seed", 7)])


def _pack_with_less(folder: Path, good: list[Plain]) -> None:
    packed(folder, all_records()[:-1])


def _nothing_but_new(folder: Path, good: list[Plain]) -> None:
    fresh = changed(good[0], "spec.seed", 7)
    fresh["metrics"] = {**fresh["metrics"], "loss": 0.123456}
    packed(folder / "visitor", [fresh])


def _shadowed(folder: Path, good: list[Plain]) -> None:
    packed(folder / "aaa", [good[0] | {"timing": {**good[0]["timing"], "train": 0.001}}])


ACCEPTED = [
    _case("changed-accuracy", "changes an accepted record", "metrics.accuracy", 0.9999),
    _case("changed-distribution-version", "repeats an accepted", "components.task.distribution_version", "9"),
    _case("changed-time", "repeats an accepted record", "timing.train", 0.001),
    _case("changed-machine", "repeats an accepted record", "env.cpu", "Best CPU"),
    _case("unknown-suite", "unknown suite", "suite.name", "mnist-leaderboard"),
    _case("joined-suite", "joins suites", "suite.name", "full"),
    _case("future-suite", "it is at version", "suite.version", "2"),
    _case("failed-trial", "did not end well", "status", "failed"),
    _case("no-machine", "no word of the machine", "env", None),
    _case("error-of-a-finished-trial", "with an error", "error", {"kind": "ValueError", "message": "no"}),
    _new("other-data", "other data", "env.data_sha256", "0" * 64),
    _new("other-dense-network", "trains the same network", "metrics.accuracy_dense", 0.2),
    _new("other-layers", "other names or shapes", "per_layer.0.name", "fc9"),
    Case("trial-twice", _twice, "stands twice", alone=False),
    Case("copied-seed", _copied_seed, "very numbers of seed", alone=False),
    Case("shadowing-record", _shadowed, "repeats an accepted record", alone=False),
    Case("accepted-record-gone", _pack_with_less, "are gone", alone=False, whole=True),
    Case("accepted-file-gone", _nothing_but_new, "an accepted file is gone", alone=False, whole=True),
]
