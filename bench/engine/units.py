"""Masks of whole units: a removed neuron or channel goes with all that would only carry its zeros."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from bench.engine.pruned import Pruned
from bench.errors import Unsupported
from bench.registry.contracts import Layer
from bench.structure import live_inputs, modules_by_weight, normalised_by


def hidden_layers(layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """The layers whose units may go: all but the output layer, whose units are what the task asks for.

    Raises:
        Unsupported: where there is none.
    """
    hidden = {name: layer for name, layer in layers.items() if not layer.is_output}
    if not hidden:
        raise Unsupported("the model has no units but its outputs")
    return hidden


def expand_units(
    model: nn.Module, kept: Mapping[str, Tensor], layers: Mapping[str, Layer], example: Tensor
) -> Pruned:
    """What `unit_expander` makes of `kept`, for one use."""
    return unit_expander(model, layers, example)(kept)


def unit_expander(
    model: nn.Module, layers: Mapping[str, Layer], example: Tensor
) -> Callable[[Mapping[str, Tensor]], Pruned]:
    """Makes masks of parameters from masks of units: a unit's row and bias, and who reads nothing else.

    With a unit go its weights, its bias, scale and shift of the batch normalisation right behind it,
    and, in all of `layers`, the weights that then multiply nothing but zeros: its column in later
    layers, behind a flattening all of its columns. The outputs do not depend on the latter. Where a
    residual sum brings another signal, the unit's own part is zero and the columns stay.

    Args:
        model: the dense network, in eval mode; it may be parametrized.
        layers: those whose weights count.
        example: one input, shape (1, …).

    Returns:
        A function of units by layer name, shape (out,), True where kept; all units of layers that it
        is not told of are kept.
    """
    norms = normalised_by(model, example)
    live = live_inputs(model, example, {})
    sharers = modules_by_weight(model)

    def expand(kept: Mapping[str, Tensor]) -> Pruned:
        still = live_inputs(model, example, kept)
        masks = {
            name: _rows(kept.get(name), layer.weight) & _columns(~live[name] | still[name], layer)
            for name, layer in layers.items()
        }
        extra: dict[str, Tensor] = {}
        for name, units in kept.items():
            for owner in sharers[name]:
                parts = [f"{owner}.bias"]
                if owner in norms:
                    parts += [f"{norms[owner]}.weight", f"{norms[owner]}.bias"]
                extra |= {part: units for part in parts if _has(model, part)}
        return Pruned(masks, extra=extra, units=dict(kept))

    return expand


def _rows(kept: Tensor | None, weight: Tensor) -> Tensor:
    if kept is None:
        return torch.ones_like(weight, dtype=torch.bool)
    return kept.view(-1, *[1] * (weight.ndim - 1)).expand_as(weight)


def _columns(kept: Tensor, layer: Layer) -> Tensor:
    """A mask of the weight's shape (out, in/groups, …) from one of its inputs, shape (in,)."""
    weight = layer.weight
    by_group = kept.view(layer.groups, 1, weight.shape[1]).expand(
        -1, len(weight) // layer.groups, weight.shape[1]
    )
    return by_group.reshape(*weight.shape[:2], *[1] * (weight.ndim - 2)).expand_as(weight)


def _has(model: nn.Module, parameter: str) -> bool:
    owner, _, name = parameter.rpartition(".")
    return getattr(model.get_submodule(owner), name, None) is not None
