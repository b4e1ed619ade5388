"""What measures of layers share: dense and pruned weights side by side, and means over layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from torch import Tensor

from bench.linalg import matricise
from bench.registry.contracts import MeasureInput

Blocks = list[Tensor]
Numbers = dict[str, float | int | None]


def weight_pairs(given: MeasureInput) -> Iterator[tuple[str, Blocks, Blocks]]:
    """Each prunable layer's weight before and right after pruning, as matrices.

    Yields:
        The layer's name, then A and Ã: matrices of shape (out, in·kh·kw), one a group.
    """
    parameters = dict(given.pruned.named_parameters())
    for name, layer in given.layers.items():
        pruned = parameters[f"{name}.weight"].detach()
        yield name, matricise(layer.weight, layer.groups), matricise(pruned, layer.groups)


def means(per_layer: Mapping[str, Mapping[str, float | int | None]], keys: Sequence[str]) -> Numbers:
    """The mean over layers of each number; layers without it do not count, None where none has it."""
    return {key: _mean([layer.get(key) for layer in per_layer.values()]) for key in keys}


def _mean(values: list[float | int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
