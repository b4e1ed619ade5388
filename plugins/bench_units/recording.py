"""What units say to training data: ReLU of a layer's output, behind its batch normalisation."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bench import PruneInput, Unsupported
from bench.structure import normalised_by


def recorded(given: PruneInput, inputs: Tensor) -> dict[str, Tensor]:
    """Activations of every layer's units, shape (units, n · places), for `inputs` (n, …).

    The output is the layer's own, or that of the batch normalisation right behind it: in a residual
    block what the unit adds, not the sum.

    Raises:
        Unsupported: where a layer does not run.
    """
    norms = normalised_by(given.model, inputs[:1])
    found: dict[str, Tensor] = {}

    def record(name: str, axis: int) -> object:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            found[name] = output.relu().movedim(axis, 0).flatten(1)

        return given.model.get_submodule(norms.get(name, name)).register_forward_hook(hook)

    hooks = [record(name, 1 if layer.kind == "conv" else -1) for name, layer in given.layers.items()]
    try:
        with torch.no_grad():
            given.model(inputs)
    finally:
        for hook in hooks:
            hook.remove()  # type: ignore[attr-defined]
    for name in given.layers.keys() - found.keys():
        raise Unsupported(f"no activation comes by {name}")
    return found
