"""The dense network as it once was: after some epoch of its training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from bench.engine.checkpoints import load_checkpoint, restored
from bench.engine.dense import keep_epoch
from bench.engine.requests import Trainee, Training
from bench.engine.schedules.scene import Scene
from bench.plan.epochs import epoch_key


def weights_at(scene: Scene, epoch: int) -> Trainee[Mapping[str, Tensor]]:
    """The state of the trial's dense network after `epoch` epochs of its training; 0 is its initial one.

    It comes from the store where the dense network's training left it, else from training again that
    far, which is left there.

    Raises:
        Diverged: where training again does not stay finite.
        Unsupported: where the network is parametrized.
    """
    model = scene.initial()
    if epoch == 0:
        return model.state_dict()
    path = scene.session.layout.artifact("epoch", epoch_key(scene.trial.stages.train, epoch))
    artifact = load_checkpoint(path, scene.data)
    if artifact is not None and restored(model, artifact.tensors):
        return model.state_dict()
    again = replace(scene, tick=lambda: scene.session.progress("train", 0))
    course = again.course("train", scene.seed("train"))
    found: dict[str, Tensor] = {}

    def after_epoch(done: int) -> None:
        again.tick()
        if done == epoch:
            keep_epoch(scene.session, scene.trial, model, epoch)
            found.update({name: tensor.clone() for name, tensor in model.state_dict().items()})

    yield Training(model, scene.data, replace(course, last=epoch, after_epoch=after_epoch))
    return found
