"""The fine-tune stage: a network that was pruned once, trained on under its masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import nn

from bench.engine.checkpoints import load_checkpoint, save_checkpoint
from bench.engine.pruned import Pruned, check_no_regrowth
from bench.engine.requests import Trainee
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
        TrialFault: where a pruned weight came back.
    """
    path = scene.session.layout.artifact("finetune", scene.trial.stages.finetune)
    spec = scene.spec
    if not trains_on(spec):
        return Tuned(0.0, was_cached=False)
    artifact = load_checkpoint(path, scene.data) if keep else None
    if artifact is not None and artifact.tensors.keys() == model.state_dict().keys():
        model.load_state_dict(dict(artifact.tensors))
        check_no_regrowth(model, pruned)
        facts = artifact.facts
        return Tuned(float(facts["seconds"]), was_cached=True, selected=facts.get("selected", {}))
    seconds, selected = yield from retrain(scene, model, pruned)
    if keep:
        facts = {"seconds": seconds, "selected": selected}
        save_checkpoint(path, Artifact(model.state_dict(), facts), scene.data)
    return Tuned(seconds, was_cached=False, selected=selected)
