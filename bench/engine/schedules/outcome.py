"""What a schedule leaves: a network right after its last pruning, the final one, and the pruning."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor, nn

from bench.engine.checkpoints import load_checkpoint, save_checkpoint
from bench.engine.data import DeviceData
from bench.engine.pruned import Pruned, check_no_regrowth
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


def write_outcome(path: Path, outcome: Outcome, data: DeviceData) -> None:
    """Store what a schedule left."""
    tensors = packed(
        pruned=outcome.pruned.state_dict(),
        final=outcome.final.state_dict(),
        mask=outcome.pruning.masks,
        extra=outcome.pruning.extra,
        unit=outcome.pruning.units,
    )
    seconds = {"prune": outcome.prune_seconds, "train": outcome.train_seconds}
    facts = {"seconds": seconds, "selected": dict(outcome.selected)}
    save_checkpoint(path, Artifact(tensors, facts), data)


def read_outcome(path: Path, like: nn.Module, data: DeviceData) -> Outcome | None:
    """What a schedule left at `path`, in networks as `like`, or None where it is not there and sound.

    Raises:
        TrialFault: where a pruned weight is not zero.
    """
    artifact = load_checkpoint(path, data)
    if artifact is None:
        return None
    pruned, final = copy.deepcopy(like), copy.deepcopy(like)
    for group, network in (("pruned", pruned), ("final", final)):
        state = unpacked(artifact.tensors, group, like)
        if state.keys() != network.state_dict().keys():
            return None
        network.load_state_dict(state)
    pruning = Pruned(
        unpacked(artifact.tensors, "mask", like),
        extra=unpacked(artifact.tensors, "extra", like),
        units=unpacked(artifact.tensors, "unit", like),
    )
    check_no_regrowth(final, pruning)
    seconds, selected = artifact.facts["seconds"], artifact.facts.get("selected", {})
    return Outcome(pruned, final, pruning, float(seconds["prune"]), float(seconds["train"]), selected)
