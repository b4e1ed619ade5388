"""Runs the trials of a job: train, prune, fine-tune, measure."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from weakref import WeakKeyDictionary

from torch import Tensor, nn

from bench.engine.bank.gather import run_alone
from bench.engine.data import DeviceData
from bench.engine.dense import Dense, dense_network
from bench.engine.evaluate import evaluate
from bench.engine.fold import fold
from bench.engine.measuring import take_measures
from bench.engine.prune import PrunedAt
from bench.engine.pruned import rewritten
from bench.engine.readings import Readings
from bench.engine.requests import Trainee
from bench.engine.schedules.play import open_schedule, play
from bench.engine.schedules.scene import Scene
from bench.engine.session import Session
from bench.engine.teachers import teacher_of
from bench.engine.teaching import TeacherNetwork, with_teacher
from bench.engine.tracing import Traces
from bench.plan.epochs import rewind_epoch
from bench.plan.teachers import facts_key
from bench.plan.trials import Trial
from bench.registry.contracts import Evaluation, Layer, MeasureInput


@dataclass(frozen=True)
class TrialResult:
    """What a trial gave: numbers, layers, seconds by stage, and what its dense network left traced.

    `selected` has the epochs chosen by validation, by course; `data_sha256` is the data's fingerprint.
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
    """Trials that share a dense network, a pruner and a schedule, ready to run one by one."""

    session: Session
    dense: Dense
    layers: dict[str, Layer]
    pruned_at: PrunedAt
    score_seconds: float
    teacher: TeacherNetwork | None = None


def open_job(session: Session, trials: Sequence[Trial]) -> Job:
    """Train or load the dense network of `trials`, and its teacher; score it once for all their sparsities.

    The trials must have equal `stages.train` and `stages.score`.
    """
    first = trials[0]
    rewinds = {rewind_epoch(trial.spec) for trial in trials} - {0}
    teacher = teacher_of(session, first)
    dense = run_alone(dense_network(session, first, rewinds, teacher), banks=session.banks)
    scene = _scene(session, first, dense, teacher)
    layers = scene.layers(dense.model)
    started = time.perf_counter()
    pruned_at = open_schedule(scene, sorted({trial.spec.sparsity for trial in trials}))
    seconds = pruned_at.seconds + time.perf_counter() - started
    return Job(session, dense, layers, pruned_at, seconds, teacher)


def run_trial(job: Job, trial: Trial, *, keep: bool) -> Trainee[TrialResult]:
    """Play the trial's schedule, prunings and training, and measure what it leaves."""
    session, dense = job.session, job.dense
    data = with_teacher(session.data(trial.spec), job.teacher)
    plain = fold(copy.deepcopy(dense.model))
    scene = _scene(session, trial, dense, job.teacher)
    outcome = yield from play(scene, plain, job.pruned_at, keep=keep)
    started = time.perf_counter()
    scored = job.pruned_at if trial.spec.schedule == "one-shot" else PrunedAt(job.pruned_at.at)
    given = MeasureInput(
        dense=plain.eval(),
        pruned=outcome.pruned.eval(),
        final=outcome.final.eval(),
        layers=job.layers,
        masks=outcome.pruning.masks,
        evaluate=_Evaluations(data, plain, dense.evaluation),
        example=data.example(),
        data=data.task,
        once=session.once(facts_key(trial)),
        batches=data.test_batches,
        scores=scored.scores,
        rewritten=rewritten(plain, scored.values),
        validate=partial(evaluate, data=data, split=data.validation) if data.validation else None,
        teacher=job.teacher.model if job.teacher else None,
    )
    readings = take_measures(trial.spec.measures, given, session)
    timing = {
        "train": dense.seconds,
        "prune": outcome.prune_seconds + job.score_seconds,
        "finetune": outcome.train_seconds,
        "measure": time.perf_counter() - started,
    }
    selected = ({} if dense.selected is None else {"train": dense.selected}) | dict(outcome.selected)
    masks = dict(outcome.pruning.masks)
    return TrialResult(readings, job.layers, masks, timing, dense.traces, selected, data.sha256)


def _scene(session: Session, trial: Trial, dense: Dense, teacher: TeacherNetwork | None) -> Scene:
    return Scene(
        session, trial, dense.model, lambda: session.progress("finetune", 1), teacher, is_recorded=True
    )


class _Evaluations:
    """Evaluates each model once, however many measures ask; it holds them, so that no id comes twice."""

    def __init__(self, data: DeviceData, dense: nn.Module, known: Evaluation) -> None:
        self._data = data
        self._known = WeakKeyDictionary({dense: known})

    def __call__(self, model: nn.Module) -> Evaluation:
        if model not in self._known:
            self._known[model] = evaluate(model, self._data)
        return self._known[model]
