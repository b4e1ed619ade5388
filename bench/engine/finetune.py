"""The fine-tune stage: a network that was pruned once, trained on under its masks."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import nn

from bench.engine.checkpoints import load_checkpoint, put, restored, save_checkpoint, seconds_in
from bench.engine.pruned import Pruned, regrown
from bench.engine.requests import Trainee
from bench.engine.schedules.interim import is_worth_it, last_place
from bench.engine.schedules.retrain import retrain
from bench.engine.schedules.scene import Scene
from bench.plan.spec import Spec
from bench.store.artifacts import Artifact


@dataclass(frozen=True)
class Tuned:
    """How long fine-tuning took, whether its result was in the store, and epochs chosen by validation."""

    seconds: float
    was_cached: bool
    selected: Mapping[str, int] = field(default_factory=dict)


def trains_on(spec: Spec) -> bool:
    """Whether anything follows the pruning of a one-shot trial."""
    return not (spec.schedule_params["retrain"] == "finetune" and spec.recipe.finetune.epochs == 0)


def finetune(scene: Scene, model: nn.Module, pruned: Pruned, *, keep: bool) -> Trainee[Tuned]:
    """Train a folded, pruned `model` on in place, or load the result of an earlier run.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where a pruned weight came back in training.
    """
    if not trains_on(scene.spec):
        return Tuned(0.0, was_cached=False)
    path = last_place(scene, keep=keep)
    artifact = load_checkpoint(path, scene.data) if path else None
    stored = _stored(artifact, model, pruned)
    if stored is not None:
        return stored
    seconds, selected = yield from retrain(scene, model, pruned)
    if path and is_worth_it(seconds, keep=keep):
        facts = {"seconds": seconds, "selected": selected}
        save_checkpoint(path, Artifact(model.state_dict(), facts), scene.data)
    return Tuned(seconds, was_cached=False, selected=selected)


def _stored(artifact: Artifact | None, model: nn.Module, pruned: Pruned) -> Tuned | None:
    """The result in `artifact`, put into `model`; None, and `model` as it was, where it does not fit."""
    if artifact is None:
        return None
    try:
        tuned = Tuned(
            seconds_in(artifact.facts, "seconds"), was_cached=True, selected=dict(artifact.facts["selected"])
        )
    except (KeyError, TypeError, ValueError):
        return None
    final = copy.deepcopy(model)
    if not restored(final, artifact.tensors) or regrown(final, pruned) is not None:
        return None
    put(model, artifact.tensors)
    return tuned
