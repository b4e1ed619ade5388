"""What is to be done of a plan: which trials are cached, which failed before, which are to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.plan.trials import Trial
from bench.store.record import Record
from bench.store.store import Store

State = Literal["todo", "cached", "failed", "unsupported"]


@dataclass(frozen=True)
class Situation:
    """A plan against a store. `failures` are earlier ones that are left as they are."""

    todo: tuple[Trial, ...]
    cached: tuple[Trial, ...]
    failures: Mapping[str, Record]

    def failure_state(self, trial_id: str) -> State:
        """What a plan shows for a trial that is not cached."""
        if trial_id not in self.failures:
            return "todo"
        return "unsupported" if self.failures[trial_id].status == "unsupported" else "failed"


def situation(
    trials: Sequence[Trial], store: Store, retry: Sequence[str], *, force: bool, note: bool = False
) -> Situation:
    """Hold `trials` against the store.

    A finished trial is not run again unless `force`; one that failed is not unless its status, or
    "all", is among `retry`. With `note`, the store notes what was read, to be faster the next time.
    """
    if force or not trials:
        return Situation(tuple(trials), (), {})
    done: set[str] = set()
    kept: dict[str, Record] = {}
    for suite in dict.fromkeys(trial.suite.name for trial in trials):
        ids = [trial.trial_id for trial in trials if trial.suite.name == suite]
        done |= store.done(suite, ids, note=note)
        failed = store.failed(suite, (i for i in ids if i not in done))
        kept |= {
            trial_id: record
            for trial_id, record in failed.items()
            if record.status not in retry and "all" not in retry
        }
    return Situation(
        todo=tuple(trial for trial in trials if trial.trial_id not in done and trial.trial_id not in kept),
        cached=tuple(trial for trial in trials if trial.trial_id in done),
        failures=kept,
    )


def states(trials: Sequence[Trial], root: Path) -> dict[str, str]:
    """The state of each trial against the store at `root`, which need not exist and is not written.

    Raises:
        UserError: where it is of a newer schema.
    """
    if not root.exists():
        return {trial.trial_id: "todo" for trial in trials}
    found = situation(trials, Store.at(root), (), force=False)
    cached = {trial.trial_id for trial in found.cached}
    return {
        trial.trial_id: "cached" if trial.trial_id in cached else found.failure_state(trial.trial_id)
        for trial in trials
    }
