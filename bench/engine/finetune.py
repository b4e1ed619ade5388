"""The fine-tune stage: a pruned network trained further under its masks."""

from __future__ import annotations

import time
from dataclasses import dataclass

from torch import nn

from bench.engine.data import DeviceData
from bench.engine.dense import is_of
from bench.engine.objectives import StageLoss
from bench.engine.pruned import Pruned, check_no_regrowth
from bench.engine.selection import best_epoch
from bench.engine.session import Session
from bench.engine.train import Course, train
from bench.plan.seeds import derive_seed
from bench.plan.trials import Trial
from bench.store.artifacts import Artifact, read_artifact, write_artifact


@dataclass(frozen=True)
class Tuned:
    """How long fine-tuning took, whether its result was in the store, and the epoch if one was chosen."""

    seconds: float
    was_cached: bool
    selected: int | None = None


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
    data = session.data(trial.spec)
    artifact = read_artifact(path) if keep else None
    if artifact and is_of(artifact, data) and artifact.tensors.keys() == model.state_dict().keys():
        model.load_state_dict(dict(artifact.tensors))
        check_no_regrowth(model, pruned)
        facts = artifact.facts
        return Tuned(float(facts["seconds"]), was_cached=True, selected=facts.get("selected"))
    tuned = _train(session, trial, model, data, pruned)
    if keep:
        facts = {"seconds": tuned.seconds, "selected": tuned.selected, "data_sha256": data.sha256}
        write_artifact(path, Artifact(model.state_dict(), facts))
    return tuned


def _train(session: Session, trial: Trial, model: nn.Module, data: DeviceData, pruned: Pruned) -> Tuned:
    recipe = trial.spec.recipe.finetune
    started = time.perf_counter()
    best = best_epoch(recipe, model, data)

    def after_epoch(epoch: int) -> None:
        if best:
            best(epoch)
        session.progress("finetune", 1)

    course = Course(
        component=f"model '{trial.spec.model}'",
        recipe=recipe,
        loss=StageLoss(recipe, session.catalog),
        seed=derive_seed(trial.spec.seed, "finetune"),
        after_epoch=after_epoch,
    )
    train(model, data, course, pruned.by_parameter())
    if best:
        best.restore()
    check_no_regrowth(model, pruned)
    selected = best.epoch if best else None
    return Tuned(time.perf_counter() - started, was_cached=False, selected=selected)
