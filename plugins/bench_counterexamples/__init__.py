"""Where spectra mislead: sparsifiers and a measure that part spectral error from what a network can do."""

from __future__ import annotations

from collections.abc import Iterable

import bench

_SPREAD = bench.Param(
    "spread", float, 4.0, "rows are scaled by random numbers from 1/spread to spread", minimum=1, maximum=1e6
)


def _scaled(_: bench.Params) -> bench.Sparsifier:
    from bench_counterexamples.scaled import matching_largest  # noqa: PLC0415

    return matching_largest


def _rescaled_rows(params: bench.Params) -> bench.Sparsifier:
    from bench_counterexamples.rows import by_rescaled_rows  # noqa: PLC0415

    return by_rescaled_rows(params["spread"])


def _rescaled_error(params: bench.Params) -> bench.MeasureFunction:
    from bench_counterexamples.rows import rescaled_error  # noqa: PLC0415

    return rescaled_error(params["spread"])


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `magnitude-scaled` and `magnitude-row-scaled`."""
    yield bench.Pruner(
        name="magnitude-scaled",
        summary="Keeps the largest weights, times a number that restores the layer's largest singular value.",
        build=_scaled,
        mode="sparsify",
        nested=True,
        cite="prunebench's own",
    )
    yield bench.Pruner(
        name="magnitude-row-scaled",
        summary="Keeps the largest weights after a rescaling of rows that batch normalisation undoes.",
        build=_rescaled_rows,
        mode="sparsify",
        params=(_SPREAD,),
        nested=True,
        cite="prunebench's own",
    )


@bench.hookimpl
def bench_measures() -> Iterable[bench.Measure]:
    """Offer `row-scaled-spectrum`."""
    yield bench.Measure(
        name="row-scaled-spectrum",
        summary="Relative spectral error as `spectrum`, after a rescaling of rows that normalisation undoes.",
        build=_rescaled_error,
        params=(_SPREAD,),
        metrics=("row_scaled_spectral_error",),
    )
