"""Looks at what came back of a piece before any of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.errors import UserError
from bench.plan.trials import Trial
from bench.runner.networks import names_of, path_of
from bench.runner.returned import Damaged, Returned
from bench.runner.work import WorkItem
from bench.store.carrying import belongs
from bench.store.layout import Layout
from bench.store.reading import parse_record
from bench.store.record import Record


@dataclass(frozen=True)
class Accepted:
    """An outcome found sound: records of the piece's trials, and of networks that cannot be had, by key."""

    returned: Returned
    records: tuple[Record, ...]
    unmade: Mapping[str, Record]


def accepted(outcome: bytes, item: WorkItem, layout: Layout, *, keep: bool) -> Accepted:
    """What came back of `item`, if it is whole and of this piece alone.

    Raises:
        Damaged: for a checksum that does not fit, a record that is none or is of another trial, or an
            artifact that is damaged or that the piece does not leave.
    """
    returned = Returned.from_bytes(outcome)
    trials = {trial.trial_id: trial for trial in item.trials}
    due = trials if item.kind == "trials" else {}
    records: dict[str, Record] = {}
    for text in returned.records:
        record = _record(text, due)
        if record.trial_id in records:
            raise Damaged("two records of one trial")
        records[record.trial_id] = record
    odd = returned.unmade.keys() - set(item.gives)
    if odd:
        raise Damaged("it tells of a network that was not asked for")
    unmade = {key: _record(text, trials) for key, text in returned.unmade.items()}
    foreign = returned.artifacts.keys() - set(names_of(item, keep=keep)) if returned.artifacts else ()
    if foreign or not all(belongs(path_of(layout, name), data) for name, data in returned.artifacts.items()):
        raise Damaged("an artifact is damaged, or was not asked for")
    return Accepted(returned, tuple(records.values()), unmade)


def _record(text: str, due: Mapping[str, Trial]) -> Record:
    try:
        record = parse_record(text, "what came back")
    except UserError as error:
        raise Damaged(error.message) from None
    trial = due.get(record.trial_id)
    if trial is None or _identity(record) != _identity(trial):
        raise Damaged("a record of another trial")
    return record


def _identity(one: Record | Trial) -> tuple[object, ...]:
    components = {key: ref.model_dump(mode="json") for key, ref in one.components.items()}
    return one.suite.model_dump(mode="json"), one.spec.model_dump(mode="json"), components
