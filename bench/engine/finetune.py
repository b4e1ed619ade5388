"""The fine-tune stage: a network that was pruned once, trained on under its masks."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from bench.engine.pruned import Pruned, check_no_regrowth
from bench.engine.schedules.retrain import retrain
from bench.engine.schedules.scene import Scene
from bench.store.artifacts import Artifact, read_artifact, write_artifact


@dataclass(frozen=True)
class Tuned:
    """How long fine-tuning took, and whether its result was in the store."""

    seconds: float
    was_cached: bool


def finetune(scene: Scene, model: nn.Module, pruned: Pruned, *, keep: bool) -> Tuned:
    """Train a folded, pruned `model` on in place, or load the result of an earlier run.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where a pruned weight came back.
    """
    path = scene.session.layout.artifact("finetune", scene.trial.stages.finetune)
    spec = scene.spec
    if spec.schedule_params["retrain"] == "finetune" and spec.recipe.finetune.epochs == 0:
        return Tuned(0.0, was_cached=False)
    artifact = read_artifact(path) if keep else None
    if artifact is not None and artifact.tensors.keys() == model.state_dict().keys():
        model.load_state_dict(dict(artifact.tensors))
        check_no_regrowth(model, pruned)
        return Tuned(float(artifact.facts["seconds"]), was_cached=True)
    seconds = retrain(scene, model, pruned)
    if keep:
        write_artifact(path, Artifact(model.state_dict(), {"seconds": seconds}))
    return Tuned(seconds, was_cached=False)
