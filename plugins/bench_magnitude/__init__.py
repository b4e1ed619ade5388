"""Magnitude pruning: the weights nearest to zero go first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from torch import Tensor


def _score(given: bench.PruneInput) -> Mapping[str, Tensor]:
    return {name: layer.weight.abs() for name, layer in given.layers.items()}


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `magnitude`."""
    yield bench.Pruner(
        name="magnitude",
        summary="Removes the weights of smallest absolute value.",
        build=lambda _: _score,
        cite="Han, Pool, Tran and Dally, Learning both Weights and Connections, NeurIPS 2015",
    )
