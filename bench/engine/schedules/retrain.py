"""What follows a pruning: fine-tuning, or training again from where a schedule rewinds to."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from torch import nn

from bench.engine.dense import build_model
from bench.engine.pruned import Pruned, apply_pruning, check_no_regrowth
from bench.engine.requests import Trainee, Training
from bench.engine.schedules.rewind import weights_at
from bench.engine.schedules.scene import Scene, require_plain
from bench.engine.train import Course


class Retrained(NamedTuple):
    """The seconds that a retraining took, and the epoch that it chose by validation, by its name."""

    seconds: float
    selected: dict[str, int]


def retrain(scene: Scene, network: nn.Module, pruned: Pruned, number: int = 1) -> Trainee[Retrained]:
    """Train a pruned `network` on, in place, as the trial's `retrain` says.

    "finetune" follows `recipe.finetune`. The others follow `recipe.train`: "lr-rewind" its learning
    rates from `rewind_epoch` to the end (Renda, Frankle and Carbin 2020); "weight-rewind" from the
    weights and in the data order of that epoch (Frankle et al. 2020); "reset" from the dense network's
    own initial weights (Frankle and Carbin 2019); "reinit" from others, as a control of it.

    Args:
        scene: the trial.
        network: folded, its pruned weights at zero.
        pruned: the masks.
        number: which pruning this follows, from 1.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where a pruned weight came back.
    """
    course = yield from _course(scene, network, pruned, number)
    if course is None:
        return Retrained(0.0, {})
    trained = yield Training(network, scene.data, course, pruned.by_parameter())
    check_no_regrowth(network, pruned)
    way, epoch = scene.spec.schedule_params["retrain"], trained.selected
    selected = {} if epoch is None else {way if number == 1 else f"{way} {number}": epoch}
    return Retrained(trained.seconds, selected)


def _course(scene: Scene, network: nn.Module, pruned: Pruned, number: int) -> Trainee[Course | None]:
    way = scene.spec.schedule_params["retrain"]
    if way == "none":
        return None
    if way == "finetune":
        return scene.course("finetune", scene.seed("finetune", number))
    epoch = int(scene.spec.schedule_params["rewind_epoch"])
    if way == "lr-rewind":
        return replace(scene.course("train", scene.seed("lr-rewind", number)), first=epoch)
    if way == "reinit":
        network.load_state_dict(_anew(scene).state_dict())
    else:
        weights = yield from weights_at(scene, epoch)
        network.load_state_dict(dict(weights))
    apply_pruning(network, replace(pruned, values={}))
    return replace(scene.course("train", scene.seed("train")), first=epoch, replay=True)


def _anew(scene: Scene) -> nn.Module:
    """The network from another initialisation, the same for all prunings of a trial."""
    spec = scene.spec.model_copy(update={"seed": scene.seed("reinit")})
    model = build_model(scene.session, spec, scene.data)
    require_plain(model, spec)
    return model
