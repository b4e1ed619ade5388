"""A workload over the trials of a suite, and pieces of it done without any training."""

from __future__ import annotations

import json
from pathlib import Path

from bench.plan.trials import plan_trials
from bench.registry.origin import Selection
from bench.runner.jobs import Queue
from bench.runner.messages import WorkerSettings
from bench.runner.payload import Payload
from bench.runner.pool import PoolOptions
from bench.runner.records import failed_record, now, ok_record
from bench.runner.returned import Returned
from bench.runner.workload import RunWorkload
from bench.store.artifacts import has_artifact
from bench.store.layout import Layout
from bench.store.record import Environment, Fault
from bench.store.store import to_bytes
from bench.suite.load import load_suite

ENV = Environment(python="3", torch="2", device="cpu", cpu="c", os="o", threads=1, prunebench="0")


class Told:
    """Writes down what the workload tells."""

    def __init__(self):
        self.begun, self.records, self.trained, self.lines = [], [], 0, []

    def started(self, trial):
        self.begun.append(trial.trial_id)

    def epochs(self, count, trial_id):
        self.trained += count

    def finished(self, record):
        self.records.append(record)

    def unmade(self, key, record):
        raise AssertionError

    def waiting(self, count):
        self.lines.append(f"waiting {count}")


class Case:
    """A workload of the suite at `path`, in an empty store below `folder`."""

    def __init__(self, catalog, path: Path, folder: Path, *, banks: bool = False, others=None):
        self.trials = plan_trials(load_suite(path, catalog), catalog)
        self.layout = Layout(folder / "store")
        self.told = Told()
        settings = WorkerSettings(self.layout.root, "cpu", 1, folder, False, Selection(), banks)
        queue = Queue(
            self.trials,
            lambda trial: has_artifact(self.layout.artifact("train", trial.stages.train)),
            banks=banks,
            others=others,
        )
        options = PoolOptions(settings, jobs=None, timeout=60.0, keep=False)
        self.work = RunWorkload(queue, options, self.told, self.told.lines.append, lambda: None)


def item_of(piece):
    return Payload.from_plain(json.loads(piece.payload)).item


def done(piece, **changes) -> Returned:
    """What a machine that does everything well would give, were there nothing to compute."""
    item = item_of(piece)
    if item.kind != "trials":
        return Returned(**{"artifacts": {}, "epochs": {"": 1}, **changes})
    outcome = {"metrics": {"accuracy": 0.5}, "timing": {}}
    records = tuple(to_bytes(ok_record(t, ENV, now(), outcome, ())).decode() for t in item.trials)
    return Returned(**{"records": records, **changes})


def fault_of(piece, message="no"):
    """The record of a piece's first trial, failed."""
    trial = item_of(piece).trials[0]
    return to_bytes(failed_record(trial, "failed", ENV, now(), Fault(kind="x", message=message))).decode()


def play(work) -> int:
    """Do all that is left, well; how many pieces that was."""
    pieces = 0
    while work.has_work:
        piece = work.next()
        work.finished(piece, done(piece).to_bytes())
        pieces += 1
    return pieces
