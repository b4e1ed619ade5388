"""One tqdm bar on stderr: epochs to train and trials to measure, an honest total."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import TracebackType
from typing import NoReturn, Self

from tqdm import tqdm

from bench.plan.epochs import epochs_after_dense
from bench.plan.trials import Trial


class Progress:
    """Counts epochs and trials; work that turns out unnecessary leaves the total."""

    def __init__(self, trials: Iterable[Trial], *, shown: bool) -> None:
        todo = list(trials)
        total = sum(trial_steps(trial) for trial in todo)
        self._left = {trial.trial_id: trial_steps(trial) for trial in todo}
        self._counts = {"ok": 0, "failed": 0}
        self._bar: tqdm[NoReturn] = tqdm(
            total=total,
            unit="step",
            disable=None if shown else True,
            dynamic_ncols=True,
            desc=f"{len(todo)} trials",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def epochs(self, count: int, trial_id: str | None) -> None:
        """Some epochs are done, of a trial or of a dense network."""
        if trial_id in self._left:
            self._left[trial_id] -= count
        self._bar.update(count)

    def ended(self, trial_id: str, *, ok: bool) -> None:
        """A trial is over; what it did not need of its steps is taken off the total."""
        left = self._left.pop(trial_id, 0)
        self._counts["ok" if ok else "failed"] += 1
        if left > 1:
            self._bar.total = (self._bar.total or 0) - (left - 1)
        self._bar.update(min(left, 1))
        self._bar.set_postfix(self._counts, refresh=False)

    def expect(self, epochs: int) -> None:
        """So many epochs are to be trained besides; fewer than none where some turn out not to be needed."""
        self._bar.total = (self._bar.total or 0) + epochs
        self._bar.refresh()

    def say(self, line: str) -> None:
        """Print a line on stderr without breaking the bar."""
        self._bar.write(line, file=sys.stderr)


def trial_steps(trial: Trial) -> int:
    """The steps of a trial: its own epochs of training, and one for pruning and measuring."""
    return epochs_after_dense(trial.spec) + 1
