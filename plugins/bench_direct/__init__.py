"""The direct parametrization: weights are themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from torch import nn


def _leave(model: nn.Module) -> None:
    del model


@bench.hookimpl
def bench_parametrizations() -> Iterable[bench.Parametrization]:
    """Offer `direct`."""
    yield bench.Parametrization(
        name="direct",
        summary="Weights are trained as they are.",
        build=lambda _: _leave,
    )
