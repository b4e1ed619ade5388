"""Trials as work that asks for training, each on a job that is opened once for all that share it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.engine.requests import Trainee
from bench.engine.session import Session
from bench.engine.trial import Job, TrialResult, open_job, run_trial
from bench.plan.trials import Trial


class OpenJobs:
    """The jobs of `trials`: opened when the first trial of a scoring pass begins, or failed for all."""

    def __init__(self, session: Session, trials: Sequence[Trial], *, keep: bool) -> None:
        self._session = session
        self._trials = trials
        self._keep = keep
        self._jobs: dict[str, Job | Exception] = {}

    def work(self, trial: Trial, session: Session) -> Trainee[TrialResult]:
        """Run `trial`, with the progress of its own `session`.

        Raises:
            Exception: what its job or the trial itself raises.
        """
        key = trial.stages.score
        if key not in self._jobs:
            self._jobs[key] = self._opened(key)
        job = self._jobs[key]
        if isinstance(job, Exception):
            raise job
        return (yield from run_trial(replace(job, session=session), trial, keep=self._keep))

    def _opened(self, key: str) -> Job | Exception:
        try:
            return open_job(self._session, [trial for trial in self._trials if trial.stages.score == key])
        except Exception as error:  # noqa: BLE001 - every trial of the job gets it
            return error
