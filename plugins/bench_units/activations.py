"""Mean activations of units on training data."""

from __future__ import annotations

from torch import Tensor

from bench import PruneInput, Scorer
from bench_units.recording import recorded


def activation(examples: int) -> Scorer:
    """A scorer of units by the mean of ReLU(output) over `examples` training examples and all places."""

    def score(given: PruneInput) -> dict[str, Tensor]:
        inputs, _ = given.batch(examples)
        found = recorded(given, inputs)
        return {name: found[name].mean(1).to(layer.weight) for name, layer in given.layers.items()}

    return score
