"""Penalties on weights: their squares, their absolute values, and the norms of their groups."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

import bench
from bench.structure import prunable_modules
from bench_objectives.weights import weight_rows

Target = Literal["prunable", "hidden", "first", "all"]


def target_layers(model: nn.Module, target: Target) -> dict[str, nn.Module]:
    """The layers whose weights a penalty counts, by name, each weight once.

    Args:
        model: the network.
        target: "prunable" for linear layers and convolutions, "hidden" for those but the last, "first"
            for the first of them.
    """
    layers = prunable_modules(model)
    names = list(layers)
    chosen = {"hidden": names[:-1], "first": names[:1]}.get(target, names)
    return {name: layers[name] for name in chosen}


@dataclass(frozen=True)
class OfWeights:
    """The sum over weights of what `of` makes of all of them: from (K, size) to (K,).

    Parametrized weights are taken as they act; with the target "all", every parameter as it is trained.
    """

    of: Callable[[Tensor], Tensor]
    target: Target

    def __call__(self, step: bench.ObjectiveInput) -> Tensor:
        """The penalty of the step's model, a scalar."""
        if self.target == "all":
            weights: list[Tensor] = [p for p in step.model.parameters() if p.requires_grad]
        else:
            weights = [_weight(layer) for layer in target_layers(step.model, self.target).values()]
        return _sum([self.of(weight.reshape(1, -1)) for weight in weights], step).squeeze(0)

    def rows(self, step: bench.BankStep) -> Tensor:
        """The penalty of each network of a bank, shape (K,)."""
        if self.target == "all":
            trained = [name for name, p in step.model.named_parameters() if p.requires_grad]
            weights = [step.parameters[name] for name in trained]
        else:
            weights = [weight_rows(step, name) for name in target_layers(step.model, self.target)]
        return _sum([self.of(weight.flatten(1)) for weight in weights], step)


def l1(target: Target) -> OfWeights:
    """The sum of absolute values, Σ|w|."""
    return OfWeights(lambda weights: weights.abs().sum(1), target)


def l2(target: Target) -> OfWeights:
    """Half the sum of squares, ½Σw²: with a weight of λ, under plain SGD, a weight decay of λ."""
    return OfWeights(lambda weights: weights.square().sum(1) / 2, target)


@dataclass(frozen=True)
class GroupLasso:
    """The sum of √p_g·‖w_g‖₂ over groups g of p_g weights (Yuan and Lin 2006, K_j = p_j·I).

    A group is what makes one output, a row of a linear layer or the filter of a channel; or what reads
    one input, a column, or all the taps on an input channel, in each group of a grouped convolution. The
    gradient is 0 at a group of zeros. Without `by_size`, it is the sum of ‖w_g‖₂.
    """

    by: Literal["rows", "columns"]
    target: Target
    by_size: bool = True

    def __call__(self, step: bench.ObjectiveInput) -> Tensor:
        """The penalty of the step's model, a scalar."""
        layers = target_layers(step.model, self.target).values()
        return _sum([self._norms(_weight(layer).unsqueeze(0), layer) for layer in layers], step).squeeze(0)

    def rows(self, step: bench.BankStep) -> Tensor:
        """The penalty of each network of a bank, shape (K,)."""
        layers = target_layers(step.model, self.target).items()
        return _sum([self._norms(weight_rows(step, name), layer) for name, layer in layers], step)

    def _norms(self, weights: Tensor, layer: nn.Module) -> Tensor:
        """The sums of norms (K,) of weights (K, out, in/groups, …)."""
        grouped = self._groups(weights, int(getattr(layer, "groups", 1)))
        norms: Tensor = torch.linalg.vector_norm(grouped, dim=2).sum(1)
        return math.sqrt(grouped.shape[2]) * norms if self.by_size else norms

    def _groups(self, weights: Tensor, parts: int) -> Tensor:
        """The weights as (K, groups, weights of each)."""
        if self.by == "rows":
            return weights.flatten(2)
        rows, outputs, inputs = weights.shape[:3]
        split = weights.reshape(rows, parts, outputs // parts, inputs, -1)
        return split.transpose(2, 3).flatten(3).flatten(1, 2)


def _weight(layer: nn.Module) -> Tensor:
    weight: Tensor = layer.weight  # type: ignore[assignment]
    return weight


def _sum(addends: list[Tensor], step: bench.ObjectiveInput | bench.BankStep) -> Tensor:
    """The sum of tensors (K,); zeros where there is none."""
    rows = len(step.targets) if isinstance(step, bench.BankStep) else 1
    return torch.stack(addends).sum(0) if addends else step.outputs.new_zeros(rows)
