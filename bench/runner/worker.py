"""A worker process: takes jobs from its pipe, runs their trials, and reports each as it ends."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

import torch

from bench.engine.session import Session
from bench.engine.trial import Job, TrialResult, open_job, run_trial
from bench.errors import UserError
from bench.plan.trials import Trial
from bench.registry.loader import load_plugins
from bench.runner.environment import describe
from bench.runner.messages import WorkerSettings, receive, send
from bench.runner.records import failed_record, fault_of, now, ok_record, plugins_of, status_of
from bench.store.layout import Layout
from bench.store.record import Environment, LayerRecord, Record


def main(pipe: Connection, settings: dict[str, Any]) -> None:
    """Serve jobs until the supervisor closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        worker = _Worker(pipe, WorkerSettings.from_plain(settings))
    except UserError as error:
        send(pipe, {"event": "user_error", "message": error.message, "hint": error.hint})
        return
    try:
        while True:
            worker.serve(receive(pipe))
    except (EOFError, BrokenPipeError):
        return


class _Worker:
    """The session of a worker, and its pipe."""

    def __init__(self, pipe: Connection, settings: WorkerSettings) -> None:
        torch.set_num_threads(settings.threads)
        device = _device(settings.device)
        self._pipe = pipe
        self._env = describe(device, settings.threads)
        self._session = Session(
            catalog=load_plugins(settings.plugins, lambda _: None),
            device=device,
            layout=Layout(settings.store),
            data_root=settings.data_root,
            download=settings.download,
            at=lambda component: send(pipe, {"event": "at", "component": component}),
            progress=lambda stage, epochs: send(
                pipe, {"event": "progress", "stage": stage, "epochs": epochs}
            ),
        )
        send(pipe, {"event": "ready", "device": device.type, "env": self._env.model_dump(mode="json")})

    def serve(self, message: dict[str, Any]) -> None:
        trials = [Trial.from_plain(plain) for plain in message["trials"]]
        try:
            if message["kind"] == "train":
                self._train(trials[0])
            else:
                self._run(trials, keep=message["keep"])
        except UserError as error:
            send(self._pipe, {"event": "user_error", "message": error.message, "hint": error.hint})
        send(self._pipe, {"event": "done"})

    def _train(self, trial: Trial) -> None:
        from bench.engine.dense import dense_network  # noqa: PLC0415

        started = now()
        try:
            dense_network(self._session, trial)
        except UserError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs only the trials that need it
            send(
                self._pipe, {"event": "train_failed", "record": self._failure(trial, started, error).plain()}
            )

    def _run(self, trials: Sequence[Trial], *, keep: bool) -> None:
        first, *others = trials
        started = now()
        self._begin(first)
        try:
            job = open_job(self._session, trials)
        except UserError:
            raise
        except Exception as error:  # noqa: BLE001
            self._end(self._failure(first, started, error))
            for trial in others:
                self._begin(trial)
                self._end(self._failure(trial, started, error))
            return
        self._end(self._one(job, first, keep=keep))
        for trial in others:
            self._begin(trial)
            self._end(self._one(job, trial, keep=keep))

    def _one(self, job: Job, trial: Trial, *, keep: bool) -> Record:
        started = now()
        try:
            result = run_trial(job, trial, keep=keep)
        except UserError:
            raise
        except Exception as error:  # noqa: BLE001
            return self._failure(trial, started, error)
        readings, traces = result.readings, result.traces
        outcome = {
            "metrics": readings.metrics,
            "timing": result.timing,
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

    def _begin(self, trial: Trial) -> None:
        send(self._pipe, {"event": "started", "trial_id": trial.trial_id})

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
