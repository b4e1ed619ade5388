"""What a schedule leaves: a network right after its last pruning, the final one, and the pruning."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor, nn

from bench.engine.checkpoints import load_checkpoint, restored, save_checkpoint, seconds_in
from bench.engine.data import DeviceData
from bench.engine.pruned import Pruned, fits, regrown
from bench.store.artifacts import Artifact


@dataclass(frozen=True)
class Outcome:
    """A schedule played to its end.

    Args:
        pruned: the network right after the last pruning.
        final: the network after all training.
        pruning: what is pruned in the end.
        prune_seconds: what deciding on prunings took.
        train_seconds: what training under masks took.
        selected: the epochs that this training chose by validation, by its name.
    """

    pruned: nn.Module
    final: nn.Module
    pruning: Pruned
    prune_seconds: float
    train_seconds: float
    selected: Mapping[str, int] = field(default_factory=dict)


def packed(**groups: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of several groups in one mapping, as artifacts hold them: none shares another's memory."""
    return {
        f"{group}|{name}": tensor.clone()
        for group, tensors in groups.items()
        for name, tensor in tensors.items()
    }


def unpacked(tensors: Mapping[str, Tensor], group: str, like: nn.Module) -> dict[str, Tensor]:
    """The tensors of one group, on the device of `like`."""
    device = next(like.parameters()).device
    prefix = f"{group}|"
    return {
        name.removeprefix(prefix): tensor.to(device)
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }


def pruning_groups(pruned: Pruned) -> dict[str, Mapping[str, Tensor]]:
    """A pruning's masks, as groups that `packed` takes; its new values stand in the network."""
    return {"mask": pruned.masks, "extra": pruned.extra, "unit": pruned.units}


def unpacked_pruning(tensors: Mapping[str, Tensor], like: nn.Module) -> Pruned:
    """The pruning whose groups `tensors` hold."""
    masks, extra, units = (unpacked(tensors, group, like) for group in ("mask", "extra", "unit"))
    return Pruned(masks, extra=extra, units=units)


def write_outcome(path: Path, outcome: Outcome, data: DeviceData) -> None:
    """Store what a schedule left."""
    tensors = packed(
        pruned=outcome.pruned.state_dict(),
        final=outcome.final.state_dict(),
        **pruning_groups(outcome.pruning),
    )
    seconds = {"prune": outcome.prune_seconds, "train": outcome.train_seconds}
    facts = {"seconds": seconds, "selected": dict(outcome.selected)}
    save_checkpoint(path, Artifact(tensors, facts), data)


def read_outcome(path: Path, like: nn.Module, data: DeviceData) -> Outcome | None:
    """What a schedule left at `path`, in networks as `like`, or None where it is not there and sound."""
    artifact = load_checkpoint(path, data)
    if artifact is None:
        return None
    pruned, final = copy.deepcopy(like), copy.deepcopy(like)
    for group, network in (("pruned", pruned), ("final", final)):
        if not restored(network, unpacked(artifact.tensors, group, like)):
            return None
    pruning = unpacked_pruning(artifact.tensors, like)
    if not fits(final, pruning) or regrown(final, pruning) is not None:
        return None
    try:
        seconds, selected = artifact.facts["seconds"], dict(artifact.facts["selected"])
        return Outcome(
            pruned, final, pruning, seconds_in(seconds, "prune"), seconds_in(seconds, "train"), selected
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
