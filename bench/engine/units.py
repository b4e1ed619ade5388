"""Masks of whole units: a removed neuron or channel takes its bias and its normalisation with it."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from bench.engine.prunable import prunable_modules
from bench.engine.pruned import Pruned
from bench.registry.contracts import Layer

_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


@torch.no_grad()
def normalised_by(model: nn.Module, example: Tensor) -> dict[str, str]:
    """For each prunable layer, the batch normalisation that its output goes straight into, if any.

    Found by running `example`, shape (1, …), in eval mode.
    """
    producers: dict[int, str] = {}
    outputs: list[Tensor] = []
    found: dict[str, str] = {}
    hooks = []
    names = {module: name for name, module in prunable_modules(model).items()}

    def produced(module: nn.Module, _: object, output: Tensor) -> None:
        producers[id(output)] = names[module]
        outputs.append(output)

    def consumed(name: str, given: tuple[Tensor, ...]) -> None:
        if id(given[0]) in producers:
            found[producers[id(given[0])]] = name

    for name, module in model.named_modules():
        if module in names:
            hooks.append(module.register_forward_hook(produced))
        elif isinstance(module, _NORMS):
            hooks.append(module.register_forward_pre_hook(lambda _, given, name=name: consumed(name, given)))
    try:
        model(example)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def expand_units(
    model: nn.Module, kept: Mapping[str, Tensor], layers: Mapping[str, Layer], example: Tensor
) -> Pruned:
    """Weight, bias and normalisation masks from masks of units, shape (out,), True where kept."""
    parameters = dict(model.named_parameters())
    norms = normalised_by(model, example)
    masks, extra = {}, {}
    for name, layer in layers.items():
        shape = (-1, *[1] * (layer.weight.ndim - 1))
        masks[name] = kept[name].view(shape).expand_as(layer.weight).contiguous()
        for owner in (name, norms.get(name)):
            for part in ("bias",) if owner == name else ("weight", "bias"):
                if owner is not None and f"{owner}.{part}" in parameters:
                    extra[f"{owner}.{part}"] = kept[name]
    return Pruned(masks, extra=extra)
