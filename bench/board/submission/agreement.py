"""Records held against each other: against those that are accepted, and among themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.board.submission.facts import DENSE, Facts, Key
from bench.board.submission.problems import Complaint, Complaints

ACCURACY_TOLERANCE = 0.03
MSE_FACTOR = 2.0


@dataclass
class Known:
    """The records seen so far, accepted ones first; `add` each after it was held against the others."""

    records: dict[Key, Facts] = field(default_factory=dict)
    accepted: frozenset[Key] = frozenset()
    _dense: dict[str, Facts] = field(default_factory=dict)
    _networks: dict[str, Facts] = field(default_factory=dict)
    _data: dict[str, Facts] = field(default_factory=dict)
    _numbers: dict[tuple[str, float, str], Facts] = field(default_factory=dict)

    @classmethod
    def of(cls, accepted: Iterable[Facts]) -> Known:
        """What is known where only `accepted` was read."""
        known = cls()
        for facts in accepted:
            known.add(facts)
        known.accepted = frozenset(known.records)
        return known

    def is_unchanged(self, facts: Facts) -> bool:
        """Whether it is accepted already, all of it as it is here."""
        return facts.key in self.accepted and self.records[facts.key].whole == facts.whole

    def add(self, facts: Facts) -> None:
        """Remember a record; the first of its kind stands for them all."""
        self.records[facts.key] = facts
        self._dense.setdefault(facts.dense, facts)
        self._networks.setdefault(facts.cell, facts)
        self._numbers.setdefault(_numbers_of(facts), facts)
        if facts.data is not None:
            self._data.setdefault(facts.source, facts)

    def complaints(self, facts: Facts) -> Complaints:
        """Where a record is there already, or contradicts what is."""
        if facts.key in self.records:
            yield _repeated(facts, self.records[facts.key], accepted=facts.key in self.accepted)
            return
        yield from _dense_complaints(facts, self._dense.get(facts.dense, facts))
        network = self._networks.get(facts.cell, facts)
        if network.network != facts.network:
            yield Complaint(
                f"layers of other names or shapes than those of {network.where}",
                "the suite's model gives equal layers; submit the record as prunebench wrote it",
            )
        data = self._data.get(facts.source, facts)
        if facts.data is not None and data.data != facts.data:
            yield Complaint(
                f"ran on other data than {data.where}: the fingerprints differ",
                "use the data that docs/tasks.md names, not re-encoded ones",
            )
        twin = self._numbers.get(_numbers_of(facts))
        if twin is not None and twin.seed != facts.seed:
            yield Complaint(
                f"seed {facts.seed} has the very numbers of seed {twin.seed}, {twin.where}",
                "run each seed; numbers are never copied",
            )


def _repeated(facts: Facts, first: Facts, *, accepted: bool) -> Complaint:
    if not accepted:
        return Complaint(f"the trial stands twice: first in {first.where}", "submit each trial once")
    if facts.lasting != first.lasting:
        return Complaint(
            "changes an accepted record: its numbers differ",
            "accepted records stay; tell of wrong ones in an issue, and compare with "
            "`bench records verify --sample`",
        )
    return Complaint(
        "repeats an accepted record from another run, with the same numbers",
        "leave out what is accepted: `bench records pack --without leaderboard/records`",
    )


def _dense_complaints(facts: Facts, first: Facts) -> Complaints:
    for name, here, there in zip(DENSE, facts.metrics, first.metrics, strict=True):
        if here is None or there is None:
            continue
        if name == "accuracy_dense":
            agrees = abs(here - there) <= ACCURACY_TOLERANCE
        else:
            agrees = here <= MSE_FACTOR * there and there <= MSE_FACTOR * here
        if not agrees:
            yield Complaint(
                f"{name} is {here:.6g}, but {there:.6g} in {first.where}, which trains the same network",
                f"equal training gives accuracies within {ACCURACY_TOLERANCE:g} and squared errors within a "
                f"factor of {MSE_FACTOR:g} on any machine",
            )


def _numbers_of(facts: Facts) -> tuple[str, float, str]:
    return facts.entry, facts.sparsity, facts.numbers
