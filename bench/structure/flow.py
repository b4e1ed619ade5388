"""What still flows where units are silent: the inputs of layers that are not always zero."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from bench.structure.modules import inputs_of, modules_by_weight
from bench.structure.norms import normalised_by
from bench.structure.signals import run_on_signals, unit_axis


@torch.no_grad()
def live_inputs(model: nn.Module, example: Tensor, kept: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Which inputs of each prunable layer can be other than zero, if only `kept` units speak.

    A silent unit's row and bias are zero, and so are scale and shift of the batch normalisation right
    behind it. Its zeros go through whatever maps zero to zero: ReLU, pooling, flattening. A sum hands on
    what the other branch brings; a sigmoid, or a normalisation further on, makes something of nothing.

    Args:
        model: the network, in eval mode; it may be parametrized.
        example: one input, shape (1, …).
        kept: by layer name, shape (out,), True where a unit speaks; all units of other layers do.

    Returns:
        By layer, shape (in,), True where something other than zero may arrive.
    """
    sharers = modules_by_weight(model)
    norms = normalised_by(model, example)
    layers = {model.get_submodule(name): first for first, names in sharers.items() for name in names}
    speaking = {module: kept[first] for module, first in layers.items() if first in kept}
    speaking |= {
        model.get_submodule(norms[name]): kept[first]
        for first, names in sharers.items()
        for name in names
        if first in kept and name in norms
    }
    live = {
        first: torch.zeros(inputs_of(model.get_submodule(first)), dtype=torch.bool, device=example.device)
        for first in sharers
    }

    def silenced(module: nn.Module, signal: Tensor) -> Tensor:
        if module not in speaking:
            return signal
        axis = unit_axis(module, signal) % signal.ndim
        shape = [-1 if at == axis else 1 for at in range(signal.ndim)]
        return signal * speaking[module].to(signal).view(shape)

    def layer(module: nn.Module, given: Tensor, signal: Tensor) -> Tensor:
        axis = unit_axis(module, given) % given.ndim
        arriving = (given != 0).movedim(axis, 0).flatten(1).any(1)
        live[layers[module]] |= arriving
        if getattr(module, "bias", None) is None and not bool(arriving.any()):
            return torch.zeros_like(signal)
        return silenced(module, signal)

    def norm(module: nn.Module, _given: Tensor, signal: Tensor) -> Tensor:
        return silenced(module, signal)

    run_on_signals(model, _nowhere_zero(example), layer, norm)
    return live


def _nowhere_zero(example: Tensor) -> Tensor:
    return torch.ones_like(example) if example.is_floating_point() else example
