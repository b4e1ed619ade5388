"""The supervisor of worker processes: hands out work, stores results, survives dead workers."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait
from typing import Any, Protocol

from bench.errors import UserError
from bench.plan.trials import Trial
from bench.runner.jobs import Queue
from bench.runner.memory import oom_kills
from bench.runner.messages import WorkerSettings, receive, send
from bench.runner.one_item import Parted
from bench.runner.records import blame, failed_record, now, plugins_of
from bench.runner.spawn import Spawned, end_server, spawn
from bench.runner.standby import Standby
from bench.runner.untrainable import end_untrainable
from bench.runner.work import WorkItem
from bench.store.atomic import sweep
from bench.store.record import Environment, Fault, Record, Status

START_TIMEOUT = 300.0
START_TRIES = 3


class Listener(Protocol):
    """Who is told what happens, in the supervisor's process."""

    def started(self, trial: Trial) -> None:
        """A trial begins."""

    def epochs(self, count: int, trial_id: str | None) -> None:
        """Epochs are done, of a trial or of a dense network."""

    def finished(self, record: Record) -> None:
        """A trial is over; the listener stores its record."""

    def unmade(self, key: str, record: Record) -> None:
        """The network of that key, which others need, cannot be had; their records follow."""

    def waiting(self, count: int) -> None:
        """All that is left, so many pieces of work, is at other processes on the store."""


@dataclass
class _Worker:
    """A worker as its supervisor sees it; `current` is the trial it is at, None while it trains a bank."""

    spawned: Spawned
    item: WorkItem | None = None
    current: Trial | None = None
    component: str = ""
    left: list[Trial] = field(default_factory=list)
    ready: bool = False
    heard: float = field(default_factory=time.monotonic)
    started: str = field(default_factory=now)
    oom_kills: int = field(default_factory=oom_kills)

    @property
    def is_in_bank(self) -> bool:
        """Whether it trains several networks at once, so that no single trial can be blamed."""
        gathered = self.item is not None and self.item.is_gathered
        return gathered and (self.current is None or (self.item is not None and self.item.kind == "train"))

    def turn(self, trial_id: str | None) -> None:
        """It is now at this trial."""
        self.current = next((trial for trial in self.left if trial.trial_id == trial_id), None)
        self.component = ""


@dataclass(frozen=True)
class PoolOptions:
    """How a pool works: seconds of silence after which a trial is given up, and what is kept."""

    settings: WorkerSettings
    jobs: int | None
    timeout: float
    keep: bool


class Pool:
    """Runs a queue on worker processes."""

    def __init__(
        self,
        queue: Queue,
        options: PoolOptions,
        listener: Listener,
        cores: Callable[[], int],
        standby: Standby | None = None,
    ) -> None:
        """Take over a queue; a worker of `standby` is the first, and goes back there in the end."""
        self._queue = queue
        self._options = options
        self._listener = listener
        self._cores = cores
        self._standby = standby
        self._workers: list[_Worker] = []
        self._env: Environment | None = None
        self._has_waited = False
        self._false_starts = 0

    def run(self) -> None:
        """Run everything.

        Raises:
            UserError: where a worker reports one, such as a missing device or missing data.
            KeyboardInterrupt: after all workers were ended.
        """
        try:
            self._add_first()
            while self._busy():
                self._hand_out()
                self._say_if_waiting()
                self._listen()
        except BaseException as error:
            self._kill(*self._workers)
            if not isinstance(error, UserError | Parted):
                end_server()
            raise
        self._dismiss()

    def _busy(self) -> bool:
        return self._queue.has_work or any(worker.item is not None for worker in self._workers)

    def _say_if_waiting(self) -> None:
        idle = all(worker.ready and worker.item is None for worker in self._workers)
        if idle and self._queue.has_work and not self._has_waited:
            self._has_waited = True
            self._listener.waiting(self._queue.size)

    def _kill(self, *workers: _Worker) -> None:
        """End workers at once, and remove what they were writing."""
        for worker in workers:
            worker.spawned.process.kill()
        for worker in workers:
            worker.spawned.kill()
        sweep(self._options.settings.store, *(worker.spawned.process.pid or 0 for worker in workers))

    def _add_first(self) -> None:
        kept = self._standby.take(self._options.settings) if self._standby else None
        if kept is None:
            self._add_worker()
        else:
            spawned, self._env = kept
            self._workers.append(_Worker(spawned, ready=True))

    def _dismiss(self) -> None:
        for worker in self._workers:
            if self._standby is not None and worker.ready and self._env is not None:
                self._standby.keep(self._options.settings, worker.spawned, self._env)
            else:
                worker.spawned.close()

    def _add_worker(self) -> None:
        self._workers.append(_Worker(spawn(self._options.settings)))

    def _hand_out(self) -> None:
        for worker in list(self._workers):
            if not worker.ready or worker.item is not None:
                continue
            item = self._queue.next()
            if item is None:
                return
            worker.item, worker.left, worker.heard = item, list(item.trials), time.monotonic()
            worker.current, worker.component, worker.started = item.trials[0], "", now()
            worker.oom_kills = oom_kills()
            trials = [trial.plain() for trial in item.trials]
            work = {"kind": item.kind, "trials": trials, "epochs": item.epochs, "keep": self._options.keep}
            work["gathered"] = item.is_gathered
            try:
                send(worker.spawned.pipe, work)
            except OSError:
                worker.item = None
                self._queue.take_back(item)
                self._lost(worker, *_death(worker))

    def _listen(self) -> None:
        pipes = {worker.spawned.pipe: worker for worker in self._workers}
        for pipe in wait(list(pipes), timeout=0.5):
            worker = pipes[pipe]  # type: ignore[index]
            try:
                message = receive(worker.spawned.pipe)
            except (EOFError, OSError):
                self._lost(worker, *_death(worker))
                continue
            worker.heard = time.monotonic()
            self._take(worker, message)
        self._check_silence()

    def _take(self, worker: _Worker, message: dict[str, Any]) -> None:
        match message["event"]:
            case "ready":
                worker.ready, self._false_starts = True, 0
                self._env = Environment.model_validate(message["env"])
                self._grow(message["device"])
            case "started":
                worker.turn(message["trial_id"])
                worker.started = now()
                self._listener.started(worker.current)  # type: ignore[arg-type]
            case "turn":
                worker.turn(message["trial_id"])
            case "at":
                worker.component = message["component"]
            case "progress":
                self._listener.epochs(message["epochs"], message["trial_id"])
            case "record":
                record = Record.model_validate(message["record"])
                worker.left = [trial for trial in worker.left if trial.trial_id != record.trial_id]
                self._listener.finished(record)
            case "train_failed":
                self._untrainable(message["key"], Record.model_validate(message["record"]))
            case "declined" | "done" as event:
                (self._done if event == "done" else self._declined)(worker)
            case "user_error":
                raise UserError(message["message"], message["hint"])

    def _grow(self, device: str) -> None:
        """The first worker tells the device: one worker a core on a CPU, one in all on a GPU."""
        default = self._cores() if device == "cpu" else 1
        self._queue.workers = self._options.jobs or default
        wanted = min(self._queue.workers, self._queue.size + 1)
        while len(self._workers) < wanted:
            self._add_worker()

    def _done(self, worker: _Worker) -> None:
        if worker.item is not None:
            self._queue.finished(worker.item)
            for key in worker.item.gives:
                self._queue.trained(key)
        worker.item, worker.current, worker.left = None, None, []

    def _declined(self, worker: _Worker) -> None:
        """The worker cannot bank what it was given, or not all of it: the rest goes back, in pieces."""
        assert worker.item is not None  # noqa: S101 - a worker declines what it was given
        self._queue.part(worker.item)
        left = tuple(worker.left) if worker.item.kind == "trials" else worker.item.trials
        self._queue.finished(worker.item)
        self._queue.take_back(replace(worker.item, trials=left))
        worker.item, worker.current, worker.left = None, None, []

    def _untrainable(self, key: str, model_record: Record) -> None:
        self._listener.unmade(key, model_record)
        end_untrainable(self._queue, key, model_record, self._listener)

    def _check_silence(self) -> None:
        for worker in list(self._workers):
            silent = time.monotonic() - worker.heard
            if not worker.ready and silent > START_TIMEOUT:
                self._lost(
                    worker, "failed", Fault(kind="timeout", message=f"not ready in {START_TIMEOUT:g} s")
                )
            if worker.item is not None and silent > self._options.timeout:
                fault = Fault(kind="timeout", message=f"no sign of life for {self._options.timeout:g} s")
                worker.spawned.process.kill()
                self._lost(worker, "timeout", fault)

    def _lost(self, worker: _Worker, status: Status, fault: Fault) -> None:
        """A worker is gone: the trial it was at failed, the rest of its job goes back."""
        self._kill(worker)
        self._workers.remove(worker)
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts == START_TRIES or fault.kind == "timeout":
                raise UserError(f"a worker process could not start: {fault.message}", "run `bench doctor`")
        if worker.item is not None:
            self._queue.finished(worker.item)
        if worker.item is not None and worker.is_in_bank:
            self._queue.part(worker.item)
            left = worker.item.trials if worker.item.kind == "train" else tuple(worker.left)
            self._queue.take_back(replace(worker.item, trials=left))
        elif worker.item is not None and worker.current is not None:
            fault = blame(fault, worker.component, plugins_of(worker.current))
            record = failed_record(worker.current, status, self._env, worker.started, fault)
            if worker.item.gives:
                self._untrainable(worker.item.gives[0], record)
            else:
                if worker.current in worker.left:
                    self._listener.finished(record)
                self._queue.put_back(trial for trial in worker.left if trial is not worker.current)
        if self._queue.has_work:
            self._add_worker()


def _death(worker: _Worker) -> tuple[Status, Fault]:
    """How a worker ended: SIGKILL comes from the system where memory ran out, and else from somebody."""
    worker.spawned.process.join(timeout=5)
    code = worker.spawned.process.exitcode
    if code is None or code >= 0:
        return "failed", Fault(kind="exit", message=f"the worker process ended with exit code {code}")
    name = signal.Signals(-code).name
    message = f"the worker process was ended by {name}"
    if name == "SIGKILL" and oom_kills() > worker.oom_kills:
        return "oom", Fault(kind=name, message=f"{message}: the system was out of memory")
    return "failed", Fault(kind=name, message=message)
