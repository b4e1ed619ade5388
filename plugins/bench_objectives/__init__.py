"""Training losses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from torch import Tensor


def _build_supervised(params: bench.Params) -> bench.ObjectiveFunction:
    smoothing = params["label_smoothing"]

    def supervised(step: bench.ObjectiveInput) -> Tensor:
        from torch.nn import functional

        if step.kind == "regression":
            return functional.mse_loss(step.outputs.view(step.targets.shape), step.targets)
        return functional.cross_entropy(step.outputs, step.targets, label_smoothing=smoothing)

    return supervised


@bench.hookimpl
def bench_objectives() -> Iterable[bench.Objective]:
    """Offer `supervised`."""
    yield bench.Objective(
        name="supervised",
        summary="Cross-entropy for classification, mean squared error for regression.",
        build=_build_supervised,
        params=(
            bench.Param("label_smoothing", float, 0.0, "share spread over all classes", minimum=0, maximum=1),
        ),
    )
