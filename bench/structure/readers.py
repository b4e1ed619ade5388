"""Who reads a unit: the columns of later layers that its output is multiplied by."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from bench.structure.modules import modules_by_weight
from bench.structure.signals import run_on_signals, unit_axis


def column_mass(weight: Tensor, groups: int, p: float) -> Tensor:
    """Σ|w|ᵖ of all weights that multiply an input.

    Args:
        weight: shape (out, in/groups, …).
        groups: of the convolution; 1 for Linear layers.
        p: the power.

    Returns:
        Shape (in,).
    """
    powers = weight.abs().pow(p).view(groups, len(weight) // groups, weight.shape[1], -1)
    return powers.sum((1, 3)).flatten()


@torch.enable_grad()
def outgoing_mass(model: nn.Module, example: Tensor, mass: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """For each prunable layer, the sum of `mass` over all inputs that read a unit.

    Readers are found through normalisations, activations, pooling, flattening and sums: behind a
    flattening a channel is read once for each place, behind a residual sum by all who read the sum. The
    sum is a derivative: of Σⱼ massⱼ·(mean of input j over places) by a shift of the unit, on signals on
    which a ReLU has slope 1. An activation with another slope there scales its readers by that slope.

    Args:
        model: the network, in eval mode; it may be parametrized.
        example: one input, shape (1, …).
        mass: by layer name, shape (in,); layers that are not named read nothing.

    Returns:
        By layer, shape (out,); zero where nobody reads, as in the output layer.
    """
    sharers = modules_by_weight(model)
    layers = {model.get_submodule(name): first for first, names in sharers.items() for name in names}
    spoken: list[tuple[nn.Module, Tensor]] = []
    read: list[Tensor] = []

    def layer(module: nn.Module, given: Tensor, signal: Tensor) -> Tensor:
        if given.requires_grad and layers[module] in mass:
            by_input = given.movedim(unit_axis(module, given), 0).flatten(1).mean(1)
            read.append((by_input * mass[layers[module]].detach().to(given)).sum())
        spoken.append((module, signal.requires_grad_()))
        return signal.clone()  # what an activation in place may write on

    def norm(_module: nn.Module, given: Tensor, _signal: Tensor) -> Tensor:
        return given.clone()

    run_on_signals(model, example, layer, norm)
    signals = [signal for _, signal in spoken]
    gradients: tuple[Tensor | None, ...] = (None,) * len(signals)
    if read:
        gradients = torch.autograd.grad(torch.stack(read).sum(), signals, allow_unused=True)
    totals: dict[str, Tensor] = {}
    for (module, signal), gradient in zip(spoken, gradients, strict=True):
        found = torch.zeros_like(signal) if gradient is None else gradient
        by_unit = found.detach().movedim(unit_axis(module, signal), 0).flatten(1).sum(1)
        first = layers[module]
        totals[first] = totals[first] + by_unit if first in totals else by_unit
    return totals
