"""Weights that no training can move: those whose gradient is exactly zero, whatever the data."""

from __future__ import annotations

import copy
from collections.abc import Collection

import torch
from torch import Generator, Tensor, nn

from bench.measure.layers import Numbers
from bench.registry.contracts import Measured, MeasureInput

SEED = 0


def dead_weights(given: MeasureInput, batch_size: int = 32) -> Measured:
    """The shares of the dense network's prunable weights that are dead, and idle.

    `dead_weights` is structural: a 3×3 kernel on a 1×1 map sees padding with eight of its nine taps,
    and pruning those is no achievement. It is read off the same architecture with random positive
    weights, where no activation dies and no gradient cancels. `idle_weights` have no gradient in the
    network as it stands: the dead ones, and those behind dead activations or a scale of zero.

    Args:
        given: the trial.
        batch_size: how many random inputs to take the gradient over.
    """
    shape, names = (batch_size, *given.example.shape[1:]), given.layers.keys()
    generator = Generator().manual_seed(SEED)
    dead = untouched(positive(given.dense), names, torch.rand(shape, generator=generator))
    idle = untouched(given.dense, names, torch.randn(shape, generator=generator))
    per_layer: dict[str, Numbers] = {
        name: {"dead_weights": _share([dead[name]]), "idle_weights": _share([idle[name]])} for name in names
    }
    return Measured(
        {"dead_weights": _share(list(dead.values())), "idle_weights": _share(list(idle.values()))}, per_layer
    )


def untouched(model: nn.Module, names: Collection[str], inputs: Tensor) -> dict[str, Tensor]:
    """Where the gradient of each layer's weight is exactly zero, summed over the inputs.

    Args:
        model: taken in eval mode and in float64, as a copy.
        names: the layers.
        inputs: shape (n, …), random; the outputs are pulled by numbers that are uniform in 0–1.

    Returns:
        By layer a boolean of the weight's shape, True where no gradient comes.
    """
    model = copy.deepcopy(model).double().eval()
    parameters = dict(model.named_parameters())
    device = next(iter(parameters.values())).device
    outputs = model(inputs.to(device, torch.float64))
    pull = torch.rand(outputs.shape, generator=Generator().manual_seed(SEED), dtype=torch.float64).to(device)
    weights = {name: parameters[f"{name}.weight"].requires_grad_() for name in names}
    gradients = torch.autograd.grad(outputs, list(weights.values()), pull, allow_unused=True)
    return {
        name: torch.ones_like(weight, dtype=torch.bool) if gradient is None else gradient == 0
        for (name, weight), gradient in zip(weights.items(), gradients, strict=True)
    }


@torch.no_grad()
def positive(model: nn.Module) -> nn.Module:
    """A copy with positive random weights that keep the scale; normalisations do nothing in eval mode."""
    model = copy.deepcopy(model)
    generator = Generator().manual_seed(SEED)
    for name, parameter in model.named_parameters():
        if parameter.ndim > 1:
            values = 0.5 + torch.rand(parameter.shape, generator=generator)
            parameter.copy_(values * len(parameter) / parameter.numel())
        else:
            parameter.fill_(0.0 if name.endswith("bias") else 1.0)
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._NormBase):  # noqa: SLF001 - the norms with statistics
            module.reset_running_stats()
    return model


def _share(marks: list[Tensor]) -> float:
    return sum(int(mark.sum()) for mark in marks) / sum(mark.numel() for mark in marks)
