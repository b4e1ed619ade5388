"""Ends the trials of a network that cannot be had."""

from __future__ import annotations

from typing import Protocol

from bench.plan.trials import Trial
from bench.runner.jobs import Queue
from bench.runner.records import failed_record
from bench.store.record import Fault, Record


class Told(Protocol):
    """Who is told of trials."""

    def started(self, trial: Trial) -> None:
        """A trial begins."""

    def finished(self, record: Record) -> None:
        """A trial is over."""


def end_untrainable(queue: Queue, key: str, model_record: Record, told: Told) -> None:
    """A dense network or a teacher failed, and with it every trial that needs it."""
    for trial in queue.untrainable(key):
        told.started(trial)
        fault = model_record.error or Fault(kind="unknown", message="training failed")
        told.finished(
            failed_record(trial, model_record.status, model_record.env, model_record.started, fault)
        )
