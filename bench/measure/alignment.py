"""How far pruning turned the weights, whatever it did to their length."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.measure.layers import Numbers, means
from bench.registry.contracts import Measured, MeasureInput


def alignment(given: MeasureInput) -> Measured:
    """`cosine_error`: 1 − ⟨A, Ã⟩/‖A‖‖Ã‖ of each prunable layer right after pruning, and their mean.

    A is the dense weight, Ã its pruned form before fine-tuning, the norms are Frobenius's. Unlike the
    errors of `spectrum` it does not change where a layer is scaled by one positive number. From 0 to 2;
    1 where nothing of a layer is left. A layer whose dense weights are all zero does not count.
    """
    parameters = dict(given.pruned.named_parameters())
    per_layer: dict[str, Numbers] = {
        name: {"cosine_error": _turned(layer.weight, parameters[f"{name}.weight"].detach())}
        for name, layer in given.layers.items()
    }
    return Measured(means(per_layer, ["cosine_error"]), per_layer)


def _turned(dense: Tensor, pruned: Tensor) -> float | None:
    one, other = (_unit(weight) for weight in (dense, pruned))
    if not bool(one.any()):
        return None
    return float(1 - (one * other).sum())


def _unit(weight: Tensor) -> Tensor:
    """The weight in float64 at length 1; zero if it is zero."""
    flat = weight.double().flatten()
    largest = flat.abs().max() if flat.numel() else torch.tensor(0.0)
    if float(largest) == 0:
        return flat
    flat = flat / largest
    unit: Tensor = flat / flat.norm()
    return unit
