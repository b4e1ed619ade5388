"""Mean activations of units on training data."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bench import PruneInput, Scorer, Unsupported
from bench.structure import normalised_by


def activation(examples: int) -> Scorer:
    """A scorer of units by the mean of ReLU(output) over `examples` training examples and all places.

    The output is the layer's own, or that of the batch normalisation right behind it: in a residual
    block what the unit adds, not the sum.
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        inputs, _ = given.batch(examples)
        norms = normalised_by(given.model, inputs[:1])
        means: dict[str, Tensor] = {}

        def record(name: str, axis: int) -> object:
            def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
                means[name] = output.relu().movedim(axis, 0).flatten(1).mean(1)

            return given.model.get_submodule(norms.get(name, name)).register_forward_hook(hook)

        hooks = [record(name, 1 if layer.kind == "conv" else -1) for name, layer in given.layers.items()]
        try:
            with torch.no_grad():
                given.model(inputs)
        finally:
            for hook in hooks:
                hook.remove()  # type: ignore[attr-defined]
        for name in given.layers.keys() - means.keys():
            raise Unsupported(f"no activation comes by {name}")
        return {name: means[name].to(layer.weight) for name, layer in given.layers.items()}

    return score
