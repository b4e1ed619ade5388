"""The weight-decay baselines: trained under strong weight decay, then pruned by magnitude.

The baseline of "How a student becomes a teacher" (arXiv 2310.12612), recipe and pruner together: that
paper removes whole nodes by the norm of their incoming weights; the other form removes single weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from torch import Tensor


def _score(given: bench.PruneInput) -> Mapping[str, Tensor]:
    return {name: layer.weight.abs() for name, layer in given.layers.items()}


def _score_units(given: bench.PruneInput) -> Mapping[str, Tensor]:
    return {name: layer.weight.flatten(1).norm(dim=1) for name, layer in given.layers.items()}


def _recipe(params: bench.Params) -> Mapping[str, float]:
    return {"train.weight_decay": params["weight_decay"]}


_DECAY = bench.Param("weight_decay", float, 5e-3, "the L2 coefficient during training", minimum=0)
_CITE = "Giambagli et al., How a student becomes a teacher, NeurIPS 2023 (arXiv 2310.12612)"


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `weight-decay` and `weight-decay-units`."""
    yield bench.Pruner(
        name="weight-decay",
        summary="Trains under strong weight decay, then removes the weights of smallest absolute value.",
        build=lambda _: _score,
        params=(_DECAY,),
        recipe=_recipe,
        cite=_CITE,
    )
    yield bench.Pruner(
        name="weight-decay-units",
        summary="Trains under strong weight decay, then removes the units of smallest incoming weights.",
        build=lambda _: _score_units,
        params=(_DECAY,),
        unit="unit",
        recipe=_recipe,
        cite=_CITE,
    )
