"""The standard measures: accuracy, sparsity, spectrum, cost."""

from __future__ import annotations

from collections.abc import Iterable

import bench


def _accuracy(_: bench.Params) -> bench.MeasureFunction:
    from bench import measure  # noqa: PLC0415

    return measure.accuracy


def _sparsity(_: bench.Params) -> bench.MeasureFunction:
    from bench import measure  # noqa: PLC0415

    return measure.sparsity


def _spectrum(params: bench.Params) -> bench.MeasureFunction:
    from bench import measure  # noqa: PLC0415

    return lambda given: measure.spectrum(given, params["rtol"])


def _cost(_: bench.Params) -> bench.MeasureFunction:
    from bench import measure  # noqa: PLC0415

    return measure.cost


@bench.hookimpl
def bench_measures() -> Iterable[bench.Measure]:
    """Offer `accuracy`, `sparsity`, `spectrum` and `cost`."""
    yield bench.Measure(
        name="accuracy",
        summary="Top-1 accuracy and loss, dense, right after pruning, and in the end; MSE for regression.",
        build=_accuracy,
        metrics=("accuracy", "accuracy_dense", "accuracy_pruned", "loss", "loss_dense"),
    )
    yield bench.Measure(
        name="sparsity",
        summary="Zeros among prunable weights, compression over all parameters, collapsed layers.",
        build=_sparsity,
        metrics=(
            "sparsity",
            "weights",
            "zeros",
            "compression",
            "params_total",
            "params_nonzero",
            "collapsed_layers",
        ),
    )
    yield bench.Measure(
        name="spectrum",
        summary="Relative spectral and Frobenius errors of the pruned weights, with a bound.",
        build=_spectrum,
        params=(bench.Param("rtol", float, 1e-4, "relative error of a norm", minimum=1e-10, maximum=0.1),),
        metrics=("spectral_error", "spectral_error_bound", "frobenius_error"),
    )
    yield bench.Measure(
        name="cost",
        summary="Multiply-adds, dense and scaled by non-zeros, and the theoretical speed-up.",
        build=_cost,
        metrics=("macs", "macs_dense", "speedup_theoretical"),
    )
