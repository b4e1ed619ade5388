"""Runs a suite, by whatever executor, into a store."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

from bench.errors import UserError
from bench.plan.trials import Trial
from bench.registry.catalog import Catalog
from bench.registry.origin import Selection
from bench.runner.executors import executor
from bench.runner.interim import Interim
from bench.runner.jobs import Queue
from bench.runner.messages import WorkerSettings
from bench.runner.observers import Observers
from bench.runner.others import OthersOnStore
from bench.runner.pool import Pool, PoolOptions
from bench.runner.progress import Progress
from bench.runner.request import DEFAULT_TIMEOUT, RunRequest, RunSummary, check_device
from bench.runner.states import Situation, situation
from bench.runner.workload import RunWorkload
from bench.store.artifacts import has_artifact
from bench.store.atomic import sweep_dead
from bench.store.claims import StoreClaims
from bench.store.record import Record
from bench.store.scanning import Noting
from bench.store.store import Store
from bench.suite.load import AnySuite

Say = Callable[[str], None]


def run_trials(
    suite: AnySuite, trials: Sequence[Trial], request: RunRequest, catalog: Catalog, plugins: Selection
) -> RunSummary:
    """Run those of `trials` that the store lacks; where it lacks none, it is only read.

    Raises:
        UserError: for a bad device, store or executor, or missing data; what is done by then stays.
        KeyboardInterrupt: likewise, after the workers were ended.
    """
    started = time.monotonic()
    device = check_device(request.device)
    execute = executor(catalog, request.executor, request.executor_params)
    root = request.store.absolute()  # an observer may change the working directory
    store = Store.at(root)
    now = situation(trials, store, request.retry, force=request.force, note=True)
    counts: Counter[str] = Counter()
    with suppress(OSError):  # a store that cannot be written may still have all that is asked for
        sweep_dead(root)
    for name in dict.fromkeys(trial.suite.name for trial in now.cached):
        store.drop_outlived_failures(name, [t.trial_id for t in now.cached if t.suite.name == name])
    interim = Interim(store.layout, now.todo, now.cached)
    if not now.todo:
        return _summary(suite, request, now, counts, time.monotonic() - started)
    store = Store.open(root)
    with (
        StoreClaims(store.layout.claims) as claims,
        Progress(now.todo, shown=request.progress) as progress,
    ):
        listener = _Listener(store, progress, Observers(catalog, progress.say), counts, interim)
        others = OthersOnStore(store, claims, now.todo, listener, force=request.force)
        queue = Queue(
            now.todo,
            lambda trial: has_artifact(store.layout.artifact("train", trial.stages.train)),
            lambda teacher: has_artifact(store.layout.artifact("teacher", teacher.stages.finetune)),
            banks=request.banks,
            others=others,
        )
        progress.expect(queue.epochs)
        options = PoolOptions(
            settings=WorkerSettings(
                store=root.resolve(),
                device=device,
                threads=1,
                data_root=request.data_root.absolute(),
                download=request.download,
                banks=request.banks,
                plugins=plugins,
            ),
            jobs=request.jobs,
            timeout=request.timeout or suite.file.timeout or DEFAULT_TIMEOUT,
            keep=suite.file.keep.finetune,
        )
        work = RunWorkload(
            queue, options, listener, progress.say, Pool(queue, options, listener, usable_cores).run
        )
        execute(work)
        if work.has_work:
            raise UserError(
                f"executor '{request.executor}' ended before the work was done", "mend its plugin"
            )
        listener.noting.rest()
    return _summary(suite, request, now, counts, time.monotonic() - started)


def usable_cores() -> int:
    """The cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class _Listener:
    """Stores each record the moment its trial ends, and tells everybody."""

    def __init__(
        self, store: Store, progress: Progress, observers: Observers, counts: Counter[str], interim: Interim
    ) -> None:
        self.noting = Noting(store.layout)
        self._store = store
        self._progress = progress
        self._observers = observers
        self._counts = counts
        self._interim = interim

    def started(self, trial: Trial) -> None:
        """A trial begins."""
        self._observers.started(trial)

    def epochs(self, count: int, trial_id: str | None) -> None:
        """Epochs are done."""
        self._progress.epochs(count, trial_id)

    def unmade(self, key: str, record: Record) -> None:
        """A network cannot be had; the records of its trials say so."""

    def waiting(self, count: int) -> None:
        """All that is left is at other processes."""
        self._progress.say(f"waiting for what other processes on this store are at: {count} pieces of work")

    def ended_elsewhere(self, trial: Trial, *, ok: bool) -> None:
        """Another process on the store has run a trial."""
        self._counts["ok elsewhere" if ok else "failed elsewhere"] += 1
        self._progress.ended(trial.trial_id, ok=ok)
        if ok:
            self._interim.ended(trial.trial_id)

    def made_elsewhere(self, epochs: int) -> None:
        """Another process on the store has made a network."""
        self._progress.expect(-epochs)

    def finished(self, record: Record) -> None:
        """A trial is over."""
        self._store.write(record)
        self._interim.finished(record)
        self._counts[record.status] += 1
        if record.status == "ok":
            self.noting.written(record.suite.name, record.trial_id)
        if record.error is not None:
            spec = record.spec
            cell = f"{spec.pruner} on {spec.model}, sparsity {spec.sparsity:g}, seed {spec.seed}"
            self._progress.say(f"{record.status}: {cell}: {record.error.message}")
        self._progress.ended(record.trial_id, ok=record.status == "ok")
        self._observers.finished(record)


def _summary(
    suite: AnySuite, request: RunRequest, now: Situation, counts: Counter[str], seconds: float
) -> RunSummary:
    """What came of the run; what another process did meanwhile was there for this one."""
    before = Counter(record.status for record in now.failures.values())
    unsupported = counts["unsupported"] + before["unsupported"]
    elsewhere = counts.pop("ok elsewhere", 0)
    return RunSummary(
        suite=suite.file.name,
        store=request.store,
        ok=counts["ok"],
        cached=len(now.cached) + elsewhere,
        failed=counts.total() - counts["ok"] + before.total() - unsupported,
        skipped=unsupported,
        seconds=seconds,
    )
