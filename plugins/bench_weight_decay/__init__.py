"""The weight-decay baseline: trained under strong weight decay, then pruned by magnitude.

The baseline of "How a student becomes a teacher" (arXiv 2310.12612), recipe and pruner together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from torch import Tensor


def _score(given: bench.PruneInput) -> Mapping[str, Tensor]:
    return {name: layer.weight.abs() for name, layer in given.layers.items()}


def _recipe(params: bench.Params) -> Mapping[str, float]:
    return {"train.weight_decay": params["weight_decay"]}


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `weight-decay`."""
    yield bench.Pruner(
        name="weight-decay",
        summary="Trains under strong weight decay, then removes the weights of smallest absolute value.",
        build=lambda _: _score,
        params=(bench.Param("weight_decay", float, 5e-3, "the L2 coefficient during training", minimum=0),),
        recipe=_recipe,
        cite="Giambagli et al., How a student becomes a teacher, NeurIPS 2023 (arXiv 2310.12612)",
    )
