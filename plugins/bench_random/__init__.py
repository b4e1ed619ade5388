"""Random pruning: the control that every method must beat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from torch import Tensor


def _score(given: bench.PruneInput) -> Mapping[str, Tensor]:
    import torch

    return {
        name: torch.rand(layer.weight.shape, generator=given.generator).to(layer.weight.device)
        for name, layer in given.layers.items()
    }


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `random`."""
    yield bench.Pruner(
        name="random",
        summary="Removes weights at random: the control that every method must beat.",
        build=lambda _: _score,
    )
