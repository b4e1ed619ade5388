"""Which weights of a model are prunable: those of Linear and convolution layers."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from bench.errors import TrialFault, Unsupported
from bench.registry.contracts import Layer
from bench.structure.modules import CONVOLUTIONS, prunable_modules


def prunable_layers(model: nn.Module, *, include_output: bool) -> dict[str, Layer]:
    """The layers whose weights a suite prunes and counts, with copies of their weights.

    The output layer is the last in the model's order.

    Raises:
        Unsupported: where nothing is left to prune.
    """
    modules = prunable_modules(model)
    last = next(reversed(modules), "")
    layers = {
        name: Layer(
            name=name,
            kind="conv" if isinstance(module, CONVOLUTIONS) else "linear",
            weight=_weight(module).detach().clone(),
            groups=int(getattr(module, "groups", 1)),
            is_output=name == last,
        )
        for name, module in modules.items()
        if include_output or name != last
    }
    if not layers:
        raise Unsupported("the model has no prunable layer")
    return layers


def check_finite(layers: Mapping[str, Layer]) -> None:
    """Check that the dense weights are numbers, since no ranking of others means anything.

    Raises:
        TrialFault: naming the layer.
    """
    for name, layer in layers.items():
        if not bool(torch.isfinite(layer.weight).all()):
            raise TrialFault("training", f"left weights that are not finite in {name}")


def _weight(module: nn.Module) -> Tensor:
    weight = module.weight
    assert isinstance(weight, Tensor)  # noqa: S101 - for the type checker
    return weight
