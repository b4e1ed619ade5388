"""Runs sparsifying pruners: the harness fixes how many weights each layer keeps, and checks it."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from bench.engine.budget import zeros_of
from bench.engine.pruned import Pruned
from bench.engine.scopes import zeros_by_layer
from bench.errors import TrialFault
from bench.linalg import topk_masks_exact
from bench.registry.contracts import Layer, Sparsified


def keep_counts(layers: Mapping[str, Layer], sparsity: float, scope: str) -> dict[str, int]:
    """How many weights each layer keeps.

    "global" takes the counts that global magnitude pruning would leave, so that a matrix method needs no
    ranking across layers of its own; the other scopes have counts of their own, see `zeros_by_layer`.

    Raises:
        Unsupported: where the scope cannot reach the sparsity.
    """
    sizes = {name: layer.weight.numel() for name, layer in layers.items()}
    if scope != "global":
        return {name: sizes[name] - zeros for name, zeros in zeros_by_layer(layers, sparsity, scope).items()}
    magnitudes = {name: layer.weight.abs() for name, layer in layers.items()}
    [masks] = topk_masks_exact(magnitudes, [zeros_of(sparsity, sum(sizes.values()))])
    return {name: int(mask.sum()) for name, mask in masks.items()}


def check_sparsified(
    returned: object, keep: Mapping[str, int], layers: Mapping[str, Layer], component: str
) -> Pruned:
    """What `component` returned, found sound: exact counts, right shapes, finite values.

    Raises:
        TrialFault: naming the layer and what is wrong.
    """
    if not isinstance(returned, Mapping) or set(returned) != set(layers):
        raise TrialFault(component, "did not return one Sparsified for each layer")
    masks: dict[str, Tensor] = {}
    values: dict[str, Tensor] = {}
    for name, layer in layers.items():
        result = returned[name]
        if not isinstance(result, Sparsified):
            raise TrialFault(component, f"returned {type(result).__name__} for {name}, not a Sparsified")
        masks[name] = _mask(result.mask, layer, keep[name], component)
        if result.values is not None:
            values[f"{name}.weight"] = _values(result.values, layer, component)
    return Pruned(masks, values)


def _mask(mask: object, layer: Layer, keep: int, component: str) -> Tensor:
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool or mask.shape != layer.weight.shape:
        raise TrialFault(component, f"the mask of {layer.name} is no boolean of the weight's shape")
    if mask.device != layer.weight.device:
        raise TrialFault(
            component, f"the mask of {layer.name} is on {mask.device}, not {layer.weight.device}"
        )
    kept = int(mask.sum())
    if kept != keep:
        raise TrialFault(
            component, f"has the wrong sparsity: it kept {kept} weights of {layer.name}, not {keep}"
        )
    return mask


def _values(values: object, layer: Layer, component: str) -> Tensor:
    if not isinstance(values, Tensor) or values.shape != layer.weight.shape:
        raise TrialFault(component, f"the values of {layer.name} do not have the weight's shape")
    if not bool(torch.isfinite(values).all()):
        raise TrialFault(component, f"the values of {layer.name} are not finite")
    return values.detach().to(layer.weight.dtype)
