"""What pruning decided: masks by layer and by parameter, and new values where a method gives them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from bench.errors import TrialFault


@dataclass(frozen=True)
class Pruned:
    """A pruning of a model.

    Args:
        masks: by layer name, the weight's shape, True where kept.
        values: by parameter name, what to write before masking.
        extra: by parameter name, masks of biases and normalisations of removed units.
        units: by layer name, shape (out,), True where a unit pruner kept the unit.
    """

    masks: Mapping[str, Tensor]
    values: Mapping[str, Tensor] = field(default_factory=dict)
    extra: Mapping[str, Tensor] = field(default_factory=dict)
    units: Mapping[str, Tensor] = field(default_factory=dict)

    def by_parameter(self) -> dict[str, Tensor]:
        """All masks by parameter name, as training holds them."""
        return {f"{name}.weight": mask for name, mask in self.masks.items()} | dict(self.extra)


def rewritten(model: nn.Module, values: Mapping[str, Tensor]) -> nn.Module | None:
    """A copy of a folded `model` with `values` of parameters written into it; None where there are none."""
    if not values:
        return None
    changed = copy.deepcopy(model)
    _write(changed, values)
    return changed


@torch.no_grad()
def apply_pruning(model: nn.Module, pruned: Pruned) -> None:
    """Write values and zeros into a folded `model`, in place."""
    _write(model, pruned.values)
    parameters = dict(model.named_parameters())
    for name, mask in pruned.by_parameter().items():
        parameters[name].masked_fill_(~mask, 0.0)


@torch.no_grad()
def check_no_regrowth(model: nn.Module, pruned: Pruned) -> None:
    """Check that no pruned weight came back.

    Raises:
        TrialFault: naming the parameter.
    """
    name = regrown(model, pruned)
    if name is not None:
        raise TrialFault("fine-tuning", f"weights that were pruned came back in {name}")


@torch.no_grad()
def regrown(model: nn.Module, pruned: Pruned) -> str | None:
    """The first parameter in which a pruned weight is not zero, or None."""
    parameters = dict(model.named_parameters())
    for name, mask in pruned.by_parameter().items():
        if bool((parameters[name][~mask] != 0).any()):
            return name
    return None


def fits(model: nn.Module, pruned: Pruned) -> bool:
    """Whether a pruning that was stored is one of `model`: masks and values of its parameters' shapes."""
    parameters = dict(model.named_parameters())
    masks = pruned.by_parameter()
    tensors = {**masks, **pruned.values}
    return (
        tensors.keys() <= parameters.keys()
        and all(tensor.shape == parameters[name].shape for name, tensor in tensors.items())
        and all(mask.dtype == torch.bool for mask in (*masks.values(), *pruned.units.values()))
        and pruned.units.keys() <= pruned.masks.keys()
        and all(unit.shape == pruned.masks[name].shape[:1] for name, unit in pruned.units.items())
        and all(value.dtype == parameters[name].dtype for name, value in pruned.values.items())
    )


@torch.no_grad()
def _write(model: nn.Module, values: Mapping[str, Tensor]) -> None:
    parameters = dict(model.named_parameters())
    for name, value in values.items():
        parameters[name].copy_(value)
