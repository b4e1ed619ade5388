"""Penalties on weights: their squares, their absolute values, and the norms of their groups."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor, nn

import bench
from bench.structure import prunable_modules

Target = Literal["prunable", "hidden", "all"]


def targets(model: nn.Module, target: Target) -> Iterator[Tensor]:
    """The tensors that a penalty counts, each once.

    Args:
        model: the network; parametrized weights are taken as they act.
        target: "prunable" for the weights of linear layers and convolutions, "hidden" for those without
            the output layer's, "all" for every parameter as it is trained.
    """
    if target == "all":
        yield from (parameter for parameter in model.parameters() if parameter.requires_grad)
        return
    for _, layer in _layers(model, target):
        yield layer.weight  # type: ignore[misc]


def _layers(model: nn.Module, target: Target) -> list[tuple[str, nn.Module]]:
    layers = list(prunable_modules(model).items())
    return layers[:-1] if target == "hidden" else layers


class L1:
    """The sum of absolute values, Σ|w|."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def __call__(self, step: bench.ObjectiveInput) -> Tensor:
        """The penalty of the step's model, a scalar."""
        return _sum([weight.abs().sum() for weight in targets(step.model, self.target)], step)


class L2:
    """Half the sum of squares, ½Σw²: with a weight of λ, under plain SGD, a weight decay of λ."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def __call__(self, step: bench.ObjectiveInput) -> Tensor:
        """The penalty of the step's model, a scalar."""
        return _sum([weight.square().sum() / 2 for weight in targets(step.model, self.target)], step)


class GroupLasso:
    """The sum of √p_g·‖w_g‖₂ over groups g of p_g weights (Yuan and Lin 2006, K_j = p_j·I).

    A group is what makes one output, a row of a linear layer or the filter of a channel; or what reads
    one input, a column, or all the taps on an input channel, in each group of a grouped convolution.
    """

    def __init__(self, by: Literal["rows", "columns"], target: Target) -> None:
        self.by = by
        self.target: Target = target

    def __call__(self, step: bench.ObjectiveInput) -> Tensor:
        """The penalty of the step's model, a scalar; its gradient is 0 at a group of zeros."""
        norms = []
        for _, layer in _layers(step.model, self.target):
            grouped = self._groups(layer)
            norms.append(math.sqrt(grouped.shape[1]) * torch.linalg.vector_norm(grouped, dim=1).sum())
        return _sum(norms, step)

    def _groups(self, layer: nn.Module) -> Tensor:
        """The layer's weight as (groups, weights of each)."""
        weight: Tensor = layer.weight  # type: ignore[assignment]
        if self.by == "rows":
            return weight.flatten(1)
        parts = int(getattr(layer, "groups", 1))
        split = weight.reshape(parts, weight.shape[0] // parts, weight.shape[1], -1)
        return split.transpose(1, 2).flatten(2).flatten(0, 1)


def _sum(addends: list[Tensor], step: bench.ObjectiveInput) -> Tensor:
    return torch.stack(addends).sum() if addends else step.outputs.new_zeros(())
