"""What trials of several prunings took from each layer by each of them, for their layer-matched controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from bench.engine.checkpoints import load_checkpoint, save_checkpoint
from bench.engine.ranking import Counts
from bench.engine.schedules.scene import Scene
from bench.store.artifacts import Artifact


def write_counts(scene: Scene, counts: Sequence[Counts]) -> None:
    """Store the trial's counts, small as they are, whatever else is kept; what is there stays."""
    if read_counts(scene) == [dict(one) for one in counts]:
        return
    tensors = {name: torch.tensor([one[name] for one in counts]) for name in counts[0]}
    path = scene.session.layout.artifact("counts", scene.trial.stages.finetune)
    save_checkpoint(path, Artifact(tensors, {}), scene.data)


def read_counts(scene: Scene) -> list[dict[str, int]] | None:
    """The trial's counts, a mapping by layer for each pruning, or None where the store lacks them."""
    path = scene.session.layout.artifact("counts", scene.trial.stages.finetune)
    artifact = load_checkpoint(path, scene.data)
    if artifact is None or not _are_counts(artifact.tensors):
        return None
    columns = {name: tensor.tolist() for name, tensor in artifact.tensors.items()}
    length = len(next(iter(columns.values())))
    return [{name: int(column[at]) for name, column in columns.items()} for at in range(length)]


def _are_counts(tensors: Mapping[str, Tensor]) -> bool:
    """Whether there is a column of whole numbers for each layer, all of one length."""
    return len({tuple(one.shape) for one in tensors.values()}) == 1 and all(
        one.ndim == 1 and one.dtype == torch.int64 and bool((one >= 0).all()) for one in tensors.values()
    )
