"""Magnitude pruning: the weights nearest to zero go first, as they are or relative to their layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from torch import Tensor


def _score(given: bench.PruneInput) -> Mapping[str, Tensor]:
    return {name: layer.weight.abs() for name, layer in given.layers.items()}


def _lamp(_: bench.Params) -> bench.Scorer:
    from bench_magnitude.lamp import lamp  # noqa: PLC0415

    return lamp


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `magnitude` and `lamp`."""
    yield bench.Pruner(
        name="magnitude",
        summary="Removes the weights of smallest absolute value.",
        build=lambda _: _score,
        cite="Han, Pool, Tran and Dally, Learning both Weights and Connections, NeurIPS 2015",
    )
    yield bench.Pruner(
        name="lamp",
        summary="Removes the weights that are small beside the larger ones of their layer.",
        build=_lamp,
        cite="Lee, Park, Mo, Ahn and Shin, Layer-adaptive Sparsity for Magnitude-based Pruning, ICLR 2021",
    )
