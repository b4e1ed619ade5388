"""Mean activations of units on training data."""

from __future__ import annotations

from torch import Tensor

from bench import PruneInput, Scorer
from bench_units.norms import outgoing_norms
from bench_units.recording import recorded


def activation(examples: int, weighting: str) -> Scorer:
    """A scorer of units by the mean of ReLU(output) over `examples` training examples and all places.

    With the weighting "fan-out" it is multiplied by the Euclidean norm of the weights that read the unit.
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        inputs, _ = given.batch(examples)
        found = recorded(given, inputs)
        means = {name: found[name].mean(1).to(layer.weight) for name, layer in given.layers.items()}
        if weighting == "none":
            return means
        norms = outgoing_norms(given, 2.0)
        return {name: mean * norms[name] for name, mean in means.items()}

    return score
