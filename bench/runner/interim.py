"""Removes what stages stored until there are records of the trials that need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from bench.plan.trials import Trial
from bench.store.artifacts import facts_path
from bench.store.layout import INTERIM, Layout
from bench.store.record import Record


class Interim:
    """The networks of single trials and the scores of several, as long as some of `todo` may need them.

    They outlast a trial whose worker was killed, whatever the record of it says; a trial that failed of
    itself begins anew.
    """

    def __init__(self, layout: Layout, todo: Sequence[Trial], cached: Sequence[Trial]) -> None:
        """Remove what only trials needed that have a record by now; a killed run left it."""
        self._layout = layout
        self._folder = layout.artifact(INTERIM, "").parent
        self._keys = {trial.trial_id: _keys(trial) for trial in todo}
        self._left = Counter(key for trial in todo for key in _keys(trial))
        if self._folder.exists():
            outlived = {key for trial in cached for key in _keys(trial)} - self._left.keys()
            for key in outlived & {path.stem for path in self._folder.iterdir()}:
                self._remove(key)

    def finished(self, record: Record) -> None:
        """A trial is over: what no other needs goes, unless its worker was killed at it."""
        if record.status == "ok" or (record.error is not None and record.error.traceback):
            self.ended(record.trial_id)

    def ended(self, trial_id: str) -> None:
        """A trial needs nothing any more."""
        for key in self._keys.get(trial_id, ()):
            self._left[key] -= 1
            if self._left[key] <= 0:
                self._remove(key)

    def _remove(self, key: str) -> None:
        if not self._folder.exists():
            return
        path = self._layout.artifact(INTERIM, key)
        with suppress(OSError):
            facts_path(path).unlink(missing_ok=True)
            path.unlink(missing_ok=True)


def _keys(trial: Trial) -> tuple[str, str]:
    return trial.stages.finetune, trial.stages.score
