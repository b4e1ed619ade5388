"""Runs trials again that records tell of, in a store of their own, and compares."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from bench.errors import UserError
from bench.plan.trials import Trial, trial_again, trial_id_of
from bench.registry.catalog import Catalog
from bench.registry.origin import Selection
from bench.runner.request import RunRequest
from bench.runner.run import run_trials
from bench.store.comparing import Difference, differences, held_to
from bench.store.reading import read_records
from bench.store.record import Record
from bench.store.store import Store
from bench.suite.load import JoinedSuite
from bench.suite.schema import JoinedFile

Result = Literal["same", "differs", "failed", "not run"]


@dataclass(frozen=True)
class Rerun:
    """A record and what came of its trial this time.

    `held_to` says how near the numbers had to come, empty where there are none; `reason` why it failed, or
    was not run.
    """

    trial_id: str
    suite: str
    cell: str
    result: Result
    held_to: str = ""
    differences: tuple[Difference, ...] = ()
    reason: str = ""

    def plain(self) -> dict[str, Any]:
        """The comparison as JSON types."""
        return asdict(self)


def draw(records: Iterable[Record], count: int, seed: int) -> list[Record]:
    """`count` finished records at random, or all where there are fewer; equal seeds draw equal ones."""
    finished = [record for record in records if record.status == "ok"]
    finished.sort(key=lambda record: (record.suite.name, record.trial_id))
    return random.Random(seed).sample(finished, min(count, len(finished)))  # noqa: S311 - not for secrets


def rerun(
    records: Sequence[Record], request: RunRequest, catalog: Catalog, plugins: Selection
) -> tuple[Rerun, ...]:
    """Run the trials of `records` in a fresh store and compare, in their order; the store is then deleted.

    Trials that share a dense network train it once, as in a suite. `request.store` is not used.

    Raises:
        UserError: for a bad device, or missing data.
    """
    trials: dict[tuple[str, str], Trial] = {}
    refused: dict[tuple[str, str], str] = {}
    for record in records:
        try:
            trials[_key(record)] = _trial(record, catalog)
        except UserError as error:
            refused[_key(record)] = error.message
    with tempfile.TemporaryDirectory(prefix="prunebench-again-") as folder:
        done = _run(list(trials.values()), replace(request, store=Path(folder)), catalog, plugins)
    return tuple(
        _cell(record, "not run", reason=refused[_key(record)])
        if _key(record) in refused
        else _compared(record, done.get(_key(record)))
        for record in records
    )


def _trial(record: Record, catalog: Catalog) -> Trial:
    plain = record.plain()
    if trial_id_of(plain["spec"], plain["components"]) != record.trial_id:
        raise UserError("the trial id does not fit the spec")
    return trial_again(record.suite, record.spec, record.components, catalog)


def _run(
    trials: Sequence[Trial], request: RunRequest, catalog: Catalog, plugins: Selection
) -> dict[tuple[str, str], Record]:
    """The records of the trials' new run, of those too that failed; a trial of two suites is run twice."""
    done: dict[tuple[str, str], Record] = {}
    suites = tuple(dict.fromkeys(trial.suite.name for trial in trials))
    for suite in suites:
        own = [trial for trial in trials if trial.suite.name == suite]
        file = JoinedFile(schema=1, name="again", version="1", summary="Trials of records.", include=(suite,))
        run_trials(JoinedSuite(file, "the records", ()), own, request, catalog, plugins)
        done |= {_key(record): record for record in read_records(request.store, suite)}
        failed = Store.at(request.store).failed(suite, [trial.trial_id for trial in own])
        done |= {_key(record): record for record in failed.values()}
    return done


def _compared(record: Record, again: Record | None) -> Rerun:
    if again is None or again.status != "ok":
        why = again.error.message if again is not None and again.error is not None else "no record was left"
        return _cell(record, "failed", reason=why)
    found = differences(record, again)
    return replace(
        _cell(record, "differs" if found else "same"), held_to=held_to(record, again), differences=found
    )


def _cell(record: Record, result: Result, reason: str = "") -> Rerun:
    spec = record.spec
    words = f"{spec.task} {spec.model} {spec.pruner} sparsity {spec.sparsity:g} seed {spec.seed}"
    return Rerun(record.trial_id, record.suite.name, words, result, reason=reason)


def _key(record: Record) -> tuple[str, str]:
    return record.suite.name, record.trial_id
