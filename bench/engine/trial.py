"""Runs the trials of a job: train, prune, fine-tune, measure."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from bench.engine.data import DeviceData
from bench.engine.dense import Dense, dense_network
from bench.engine.evaluate import evaluate
from bench.engine.finetune import finetune
from bench.engine.fold import fold
from bench.engine.measuring import take_measures
from bench.engine.prunable import prunable_layers
from bench.engine.prune import PruneJob, pruning
from bench.engine.pruned import Pruned, apply_pruning
from bench.engine.readings import Readings
from bench.engine.session import Session
from bench.engine.tracing import Traces
from bench.plan.seeds import derive_seed
from bench.plan.trials import Trial
from bench.registry.components import Pruner
from bench.registry.contracts import Evaluation, Layer, MeasureInput, PruneInput


@dataclass(frozen=True)
class TrialResult:
    """What a trial gave: numbers, layers, seconds by stage, and what its dense network left traced.

    `selected` has the epochs chosen by validation, by stage; `data_sha256` is the data's fingerprint.
    """

    readings: Readings
    layers: dict[str, Layer]
    masks: dict[str, Tensor]
    timing: dict[str, float]
    traces: Traces
    selected: dict[str, int]
    data_sha256: str


@dataclass(frozen=True)
class Job:
    """Trials that share a dense network and a pruner, ready to run one by one."""

    session: Session
    dense: Dense
    layers: dict[str, Layer]
    pruned_at: Callable[[float], Pruned]
    score_seconds: float


def open_job(session: Session, trials: Sequence[Trial]) -> Job:
    """Train or load the dense network of `trials`, and score it once for all their sparsities.

    The trials must have equal `stages.train` and `stages.score`.
    """
    first = trials[0]
    spec = first.spec
    dense = dense_network(session, first)
    data = session.data(spec)
    layers = prunable_layers(dense.model, include_output=spec.output_layer == "included")
    pruner = cast("Pruner", session.catalog.get("pruner", spec.pruner))
    seed = derive_seed(spec.seed, "prune")
    job = PruneJob(
        pruner=pruner,
        params=spec.params,
        seed=seed,
        given=_prune_input(dense.model, layers, data, seed),
        example=data.example(),
    )
    started = time.perf_counter()
    session.at(job.component)
    pruned_at = pruning(
        job,
        sorted({trial.spec.sparsity for trial in trials}),
        check_repeat=session.first_use(f"{pruner.name}|{pruner.version}|{spec.params}|{spec.model}"),
    )
    return Job(session, dense, layers, pruned_at, time.perf_counter() - started)


def run_trial(job: Job, trial: Trial, *, keep: bool) -> TrialResult:
    """Prune at the trial's sparsity, fine-tune, and measure."""
    session, dense = job.session, job.dense
    data = session.data(trial.spec)
    started = time.perf_counter()
    session.at(f"pruner '{trial.spec.pruner}'")
    pruned = job.pruned_at(trial.spec.sparsity)
    session.at("")
    plain = fold(copy.deepcopy(dense.model))
    shrunk = copy.deepcopy(plain)
    apply_pruning(shrunk, pruned)
    prune_seconds = time.perf_counter() - started + job.score_seconds
    final = copy.deepcopy(shrunk)
    tuned = finetune(session, trial, final, pruned, keep=keep)
    started = time.perf_counter()
    given = MeasureInput(
        dense=plain.eval(),
        pruned=shrunk.eval(),
        final=final.eval(),
        layers=job.layers,
        masks=pruned.masks,
        evaluate=_Evaluations(data, plain, dense.evaluation),
        example=data.example(),
        data=data.task,
        once=session.once(trial.stages.train),
    )
    readings = take_measures(trial.spec.measures, given, session)
    timing = {
        "train": dense.seconds,
        "prune": prune_seconds,
        "finetune": tuned.seconds,
        "measure": time.perf_counter() - started,
    }
    chosen = {"train": dense.selected, "finetune": tuned.selected}
    selected = {stage: epoch for stage, epoch in chosen.items() if epoch is not None}
    return TrialResult(readings, job.layers, dict(pruned.masks), timing, dense.traces, selected, data.sha256)


def _prune_input(model: nn.Module, layers: dict[str, Layer], data: DeviceData, seed: int) -> PruneInput:
    classification = data.task.kind == "classification"
    loss = nn.functional.cross_entropy if classification else nn.functional.mse_loss
    return PruneInput(
        model=model,
        layers=layers,
        generator=torch.Generator().manual_seed(seed),
        batch=lambda size: data.held_batch(size, torch.Generator().manual_seed(derive_seed(seed, "batch"))),
        loss=loss,
    )


class _Evaluations:
    """Evaluates each model once, however many measures ask."""

    def __init__(self, data: DeviceData, dense: nn.Module, known: Evaluation) -> None:
        self._data = data
        self._known: dict[int, Evaluation] = {id(dense): known}

    def __call__(self, model: nn.Module) -> Evaluation:
        if id(model) not in self._known:
            self._known[id(model)] = evaluate(model, self._data)
        return self._known[id(model)]
