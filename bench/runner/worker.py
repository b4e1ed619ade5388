"""A worker process: takes jobs from its pipe, runs their trials, and reports each as it ends."""

from __future__ import annotations

import gc
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from threading import RLock
from typing import Any

import torch
from tqdm import tqdm

from bench.engine.bank.asking import is_banked
from bench.engine.bank.gather import run_together
from bench.engine.opened import OpenJobs
from bench.engine.session import Session
from bench.engine.teachers import taught_network, trained_teacher
from bench.engine.trial import TrialResult
from bench.errors import UserError
from bench.plan.trials import Trial
from bench.registry.loader import load_plugins
from bench.runner.environment import describe
from bench.runner.lifeline import Lifeline
from bench.runner.memory import is_out_of_memory
from bench.runner.messages import WorkerSettings, receive, send
from bench.runner.records import failed_record, fault_of, now, ok_record, plugins_of, status_of
from bench.store.layout import Layout
from bench.store.record import Environment, LayerRecord, Record


def main(pipe: Connection, settings: dict[str, Any]) -> None:
    """Serve jobs until the supervisor closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tqdm.set_lock(RLock())  # its own is a semaphore that outlives a worker that is killed
    lifeline = Lifeline(pipe)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            worker = _Worker(pipe, WorkerSettings.from_plain(settings))
        except UserError as error:
            send(pipe, {"event": "user_error", "message": error.message, "hint": error.hint})
            return
        while True:
            with lifeline.idle():
                message = receive(pipe)
            worker.serve(message)


class _TooManyAtOnce(Exception):  # noqa: N818 - no fault of anybody's
    """Memory ran out while several trials shared it: each has yet to be tried alone."""


class _Worker:
    """The session of a worker, and its pipe."""

    def __init__(self, pipe: Connection, settings: WorkerSettings) -> None:
        torch.set_num_threads(settings.threads)
        device = _device(settings.device)
        self._pipe = pipe
        self._was_full = False
        self._env = describe(device, settings.threads)
        self._session = Session(
            catalog=load_plugins(settings.plugins, lambda _: None),
            device=device,
            layout=Layout(settings.store),
            data_root=settings.data_root,
            download=settings.download,
            at=lambda component: send(pipe, {"event": "at", "component": component}),
            progress=lambda _, epochs: self._progress(epochs, None),
            banks=settings.banks,
        )
        send(pipe, {"event": "ready", "device": device.type, "env": self._env.model_dump(mode="json")})

    def serve(self, message: dict[str, Any]) -> None:
        trials = [Trial.from_plain(plain) for plain in message["trials"]]
        gathered = message["gathered"]
        over = "done"
        try:
            if gathered and not self._is_banked(trials[0], finetuned=message["kind"] == "trials"):
                send(self._pipe, {"event": "declined"})
                return
            if message["kind"] == "train":
                self._train(trials, message["epochs"])
            elif message["kind"] == "teach":
                self._teach(trials[0])
            else:
                jobs = OpenJobs(self._session, trials, keep=message["keep"])
                for part in [trials] if gathered else [[trial] for trial in trials]:
                    self._run(jobs, part)
        except UserError as error:
            send(self._pipe, {"event": "user_error", "message": error.message, "hint": error.hint})
        except _TooManyAtOnce:
            over = "declined"
        if self._was_full:
            self._let_go()
        send(self._pipe, {"event": over})

    def _let_go(self) -> None:
        """Free what a trial held that ran out of memory, for the next one and for other processes."""
        self._was_full = False
        gc.collect()
        if self._session.device.type == "cuda":
            torch.cuda.empty_cache()

    def _is_banked(self, trial: Trial, *, finetuned: bool) -> bool:
        try:
            return is_banked(self._session, trial, finetuned=finetuned)
        except UserError:
            raise
        except Exception:  # noqa: BLE001 - it comes up again where a trial is there to answer for it
            return False

    def _train(self, trials: Sequence[Trial], epochs: Sequence[Sequence[int]]) -> None:
        started = now()
        trainees = [
            taught_network(self._session, trial, kept) for trial, kept in zip(trials, epochs, strict=True)
        ]
        for place, outcome in run_together(trainees, lambda _: None, banks=self._session.banks):
            if isinstance(outcome, UserError):
                raise outcome
            if isinstance(outcome, Exception):
                self._check_memory(outcome, len(trials))
                self._tell_failure(trials[place], trials[place].stages.train, started, outcome)

    def _teach(self, teacher: Trial) -> None:
        started = now()
        try:
            trained_teacher(self._session, teacher)
        except UserError:
            raise
        except Exception as error:  # noqa: BLE001 - it costs the teacher's students alone
            self._tell_failure(teacher, teacher.stages.finetune, started, error)

    def _tell_failure(self, trial: Trial, key: str, started: str, error: Exception) -> None:
        """Say that the network of that `key`, which others need, cannot be had."""
        record = self._failure(trial, started, error).plain()
        send(self._pipe, {"event": "train_failed", "key": key, "record": record})

    def _run(self, jobs: OpenJobs, trials: Sequence[Trial]) -> None:
        """Run trials side by side, and report each as it ends."""
        started: dict[int, str] = {}

        def turn(place: int | None) -> None:
            if place is None and len(trials) > 1:
                send(self._pipe, {"event": "turn", "trial_id": None})
            elif place is not None:
                event = "turn" if place in started else "started"
                started.setdefault(place, now())
                send(self._pipe, {"event": event, "trial_id": trials[place].trial_id})

        work = [jobs.work(trial, self._session_of(trial)) for trial in trials]
        for place, outcome in run_together(work, turn, banks=self._session.banks):
            if isinstance(outcome, UserError):
                raise outcome
            if isinstance(outcome, Exception):
                self._check_memory(outcome, len(trials))
                self._end(self._failure(trials[place], started[place], outcome))
            else:
                self._end(self._success(trials[place], started[place], outcome))

    def _check_memory(self, error: Exception, count: int) -> None:
        """See whether memory ran out, which tells nothing of one of `count` trials that shared it."""
        if is_out_of_memory(error):
            self._was_full = True
            if count > 1:
                raise _TooManyAtOnce

    def _session_of(self, trial: Trial) -> Session:
        """The session, with the progress of one trial."""
        return replace(self._session, progress=lambda _, epochs: self._progress(epochs, trial.trial_id))

    def _progress(self, epochs: int, trial_id: str | None) -> None:
        send(self._pipe, {"event": "progress", "epochs": epochs, "trial_id": trial_id})

    def _success(self, trial: Trial, started: str, result: TrialResult) -> Record:
        readings, traces = result.readings, result.traces
        outcome = {
            "metrics": readings.metrics,
            "timing": result.timing,
            "curves": readings.curves,
            "volatile": readings.volatile,
            "unmeasured": readings.unmeasured | traces.unmeasured,
            "traces": traces.points,
            "selected": result.selected,
        }
        env = self._env.model_copy(update={"data_sha256": result.data_sha256})
        return ok_record(trial, env, started, outcome, layer_records(result))

    def _failure(self, trial: Trial, started: str, error: Exception) -> Record:
        env: Environment = self._env
        return failed_record(trial, status_of(error), env, started, fault_of(error, plugins_of(trial)))

    def _end(self, record: Record) -> None:
        send(self._pipe, {"event": "record", "record": record.plain()})


def layer_records(result: TrialResult) -> tuple[LayerRecord, ...]:
    """The per-layer part of a record; `zeros` counts the mask's."""
    return tuple(
        LayerRecord.model_validate(
            {
                "name": name,
                "shape": tuple(layer.weight.shape),
                "weights": layer.weight.numel(),
                "zeros": layer.weight.numel() - int(result.masks[name].sum()),
                **result.readings.per_layer[name],
            }
        )
        for name, layer in result.layers.items()
    )


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(name)
    if device.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if (device.index or 0) >= count:
            raise UserError(
                f"--device {name}: this machine has {count} CUDA devices", "use --device auto or cpu"
            )
    return device
