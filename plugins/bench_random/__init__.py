"""Controls: random pruning, which every method must beat, and no pruning at equal budget."""

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


def _keep_all(given: bench.PruneInput, keep: Mapping[str, int]) -> Mapping[str, bench.Sparsified]:
    import torch

    if any(keep[name] < layer.weight.numel() for name, layer in given.layers.items()):
        raise bench.Unsupported("'none' removes nothing: give its entry `sparsity = [0.0]`")
    return {
        name: bench.Sparsified(torch.ones_like(layer.weight, dtype=torch.bool))
        for name, layer in given.layers.items()
    }


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `random` and `none`."""
    yield bench.Pruner(
        name="random",
        summary="Removes weights at random: the control that every method must beat.",
        build=lambda _: _score,
    )
    yield bench.Pruner(
        name="none",
        summary="Removes nothing, at sparsity 0: the dense network, trained as long as the pruned ones.",
        build=lambda _: _keep_all,
        mode="sparsify",
        nested=True,
    )
