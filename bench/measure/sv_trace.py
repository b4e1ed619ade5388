"""The leading singular values of each layer while the dense network is trained."""

from __future__ import annotations

from bench.linalg import matricise
from bench.measure.layers import means
from bench.measure.singular import spectrum
from bench.registry.contracts import Measured
from bench.registry.tracing import TraceInput


def sv_trace(given: TraceInput, k: int = 10) -> Measured:
    """The k leading singular values of each layer's weight, as matricised by `bench.linalg`.

    By layer `sv_1` ≥ `sv_2` ≥ …, as many as there are up to k; `sv_1` is the spectral norm. One number
    an epoch: `sv_1_mean`, the mean of the spectral norms.
    """
    per_layer: dict[str, dict[str, float | int | None]] = {}
    for name, layer in given.layers.items():
        leading = spectrum(matricise(layer.weight, layer.groups))[:k].tolist()
        per_layer[name] = {f"sv_{place}": value for place, value in enumerate(leading, start=1)}
    return Measured({"sv_1_mean": means(per_layer, ["sv_1"])["sv_1"]}, per_layer)
