"""What other processes on the same store are at, and have done since this one began."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bench.plan.trials import Trial
from bench.store.claims import Claims
from bench.store.store import Store, how_failed


class Others(Protocol):
    """The other processes on a store, as the queue sees them."""

    claims: Claims

    def has_ended(self, trial: Trial) -> bool:
        """Whether one of them has run this trial since this process began."""

    def has_made(self, epochs: int) -> None:
        """One of them has made a network, which takes so many epochs."""


class Nobody:
    """No other process: every claim is granted, and nothing is done elsewhere."""

    def __init__(self) -> None:
        self.claims: Claims = self

    def take(self, name: str) -> bool:
        """Nobody else has it."""
        del name
        return True

    def release(self, name: str) -> None:
        """Nobody waits for it."""
        del name

    def has_ended(self, trial: Trial) -> bool:
        """It is still to be run."""
        del trial
        return False

    def has_made(self, epochs: int) -> None:
        """It stood in the store before."""


class Witness(Protocol):
    """Who is told of what was done elsewhere."""

    def ended_elsewhere(self, trial: Trial, *, ok: bool) -> None:
        """Another process has run this trial."""

    def made_elsewhere(self, epochs: int) -> None:
        """Another process has made a network, which takes so many epochs."""


class OthersOnStore:
    """What other processes leave in a store while this one runs `trials`.

    Failures that were there before do not count, nor with `force` any record.
    """

    def __init__(
        self, store: Store, claims: Claims, trials: Sequence[Trial], witness: Witness, *, force: bool
    ) -> None:
        self.claims = claims
        self._store = store
        self._witness = witness
        self._force = force
        self._before: dict[str, tuple[str, ...]] = {}
        for suite in dict.fromkeys(trial.suite.name for trial in trials):
            failed = store.failed(suite, (t.trial_id for t in trials if t.suite.name == suite))
            self._before |= {trial_id: how_failed(record) for trial_id, record in failed.items()}

    def has_ended(self, trial: Trial) -> bool:
        """Whether it has come to an end elsewhere; the witness is then told."""
        ending = None if self._force else self._store.ending(trial)
        if ending is None or ending == self._before.get(trial.trial_id):
            return False
        self._witness.ended_elsewhere(trial, ok=ending[0] == "ok")
        return True

    def has_made(self, epochs: int) -> None:
        """Tell the witness."""
        self._witness.made_elsewhere(epochs)
