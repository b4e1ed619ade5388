"""The fine-tune stage: a pruned network trained further under its masks."""

from __future__ import annotations

import time
from dataclasses import dataclass

from torch import nn

from bench.engine.data import DeviceData
from bench.engine.objectives import StageLoss
from bench.engine.pruned import Pruned, check_no_regrowth
from bench.engine.session import Session
from bench.engine.train import Course, train
from bench.plan.seeds import derive_seed
from bench.plan.trials import Trial
from bench.store.artifacts import Artifact, read_artifact, write_artifact


@dataclass(frozen=True)
class Tuned:
    """How long fine-tuning took, and whether its result was in the store."""

    seconds: float
    was_cached: bool


def finetune(session: Session, trial: Trial, model: nn.Module, pruned: Pruned, *, keep: bool) -> Tuned:
    """Fine-tune a folded, pruned `model` in place, or load the result of an earlier run.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where a pruned weight came back.
    """
    path = session.layout.artifact("finetune", trial.stages.finetune)
    recipe = trial.spec.recipe.finetune
    if recipe.epochs == 0:
        return Tuned(0.0, was_cached=False)
    artifact = read_artifact(path) if keep else None
    if artifact is not None and artifact.tensors.keys() == model.state_dict().keys():
        model.load_state_dict(dict(artifact.tensors))
        check_no_regrowth(model, pruned)
        return Tuned(float(artifact.facts["seconds"]), was_cached=True)
    seconds = _train(session, trial, model, session.data(trial.spec), pruned)
    if keep:
        write_artifact(path, Artifact(model.state_dict(), {"seconds": seconds}))
    return Tuned(seconds, was_cached=False)


def _train(session: Session, trial: Trial, model: nn.Module, data: DeviceData, pruned: Pruned) -> float:
    recipe = trial.spec.recipe.finetune
    started = time.perf_counter()
    course = Course(
        component=f"model '{trial.spec.model}'",
        recipe=recipe,
        loss=StageLoss(recipe, session.catalog),
        seed=derive_seed(trial.spec.seed, "finetune"),
        after_epoch=lambda _: session.progress("finetune", 1),
    )
    train(model, data, course, pruned.by_parameter())
    check_no_regrowth(model, pruned)
    return time.perf_counter() - started
