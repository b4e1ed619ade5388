"""The standard measures. Suites take the first four by default; the others are dearer, or are times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import bench

_RTOL = bench.Param("rtol", float, 1e-4, "relative error of a norm", minimum=1e-6, maximum=0.1)
_K = bench.Param("k", int, 10, "how many singular values, from the largest on", minimum=1)
_LAYER = bench.Param(
    "layer", str, "first", "whose units go: the first hidden layer's, those of all, or a layer by its name"
)
_POINTS = bench.Param(
    "points", int, 0, "at how many numbers of units, evenly spaced with both ends; 0 for every one", minimum=0
)
_SECONDS = bench.Param("seconds", float, 1.0, "how long to time each of batch and device", minimum=0)

_LATENCIES = tuple(
    f"latency_{kind}_{batch}_{what}"
    for kind in ("cpu", "gpu")
    for batch in (1, 256)
    for what in ("ms", "dense_ms", "speedup")
)
_SHRUNK_LATENCIES = tuple(f"shrunk_{name}" for name in _LATENCIES)
_THROUGHPUTS = ("examples_per_second", "train_examples_per_second", "peak_memory_bytes")


def _late(name: str) -> Callable[[bench.Params], Any]:
    """A `build` that imports `bench.measure` when it is called, and hands the parameters on by name."""

    def build(params: bench.Params) -> Any:
        from functools import partial  # noqa: PLC0415

        from bench import measure  # noqa: PLC0415

        return partial(getattr(measure, name), **params)

    return build


@bench.hookimpl
def bench_measures() -> Iterable[bench.Measure]:
    """Offer the default four, then what else can be read off a trial, then the trace."""
    yield from _default()
    yield from _on_request()
    yield bench.Measure(
        name="unit-curve",
        summary="Error or accuracy of the dense network with only its n best units, for all n in one pass.",
        build=_late("unit_curve"),
        params=(_LAYER, _POINTS),
        metrics=("units",),
        curves=("units_kept", "mse_by_units", "accuracy_by_units", "loss_by_units"),
    )
    yield bench.Measure(
        name="sv-trace",
        summary="The leading singular values of each layer at chosen epochs of the dense training.",
        build=_late("sv_trace"),
        params=(_K,),
        metrics=("sv_1_mean",),
        trace=True,
    )


def _default() -> Iterable[bench.Measure]:
    states = ("", "_dense", "_pruned")
    yield bench.Measure(
        name="accuracy",
        summary="Top-1 accuracy and loss, dense, right after pruning, and in the end; MSE for regression.",
        build=_late("accuracy"),
        metrics=tuple(
            f"{what}{state}" for state in states for what in ("accuracy", "accuracy_top5", "mse", "loss")
        ),
    )
    yield bench.Measure(
        name="sparsity",
        summary="Zeros among prunable weights, compression over all parameters, collapsed layers.",
        build=_late("sparsity"),
        metrics=(
            *("sparsity", "mask_sparsity", "weights", "zeros", "mask_zeros"),
            *("compression", "compression_prunable", "params_total", "params_nonzero", "collapsed_layers"),
        ),
    )
    yield bench.Measure(
        name="spectrum",
        summary="Relative spectral and Frobenius errors of the pruned weights, with a bound.",
        build=_late("spectrum"),
        params=(_RTOL,),
        metrics=("spectral_error", "spectral_error_bound", "frobenius_error"),
    )
    yield bench.Measure(
        name="cost",
        summary="Multiply-adds, dense and scaled by non-zeros, and the theoretical speed-up.",
        build=_late("cost"),
        metrics=("macs", "macs_dense", "speedup_theoretical"),
    )


def _on_request() -> Iterable[bench.Measure]:
    yield bench.Measure(
        name="validation",
        summary="Accuracy and loss on the training data that the suite holds out, to choose variants by.",
        build=_late("validation"),
        metrics=tuple(
            f"validation_{what}{state}"
            for state in ("", "_dense", "_pruned")
            for what in ("accuracy", "loss")
        ),
    )
    yield bench.Measure(
        name="singular-values",
        summary="Errors of the leading singular values, and stable ranks before and after pruning.",
        build=_late("singular"),
        params=(_K,),
        metrics=("sv_error_k", "stable_rank_dense", "stable_rank_pruned"),
        cite="Rudelson and Vershynin, Sampling from Large Matrices, J. ACM 2007",
    )
    yield bench.Measure(
        name="spectra",
        summary="The leading singular values before pruning, right after it, and after training on.",
        build=_late("spectra"),
        params=(_K,),
        metrics=("sv_1_share_pruned", "sv_1_share_final", "sv_share_pruned", "sv_share_final"),
    )
    yield bench.Measure(
        name="alignment",
        summary="How far pruning turned the weights: one minus the cosine, which no scaling changes.",
        build=_late("alignment"),
        metrics=("cosine_error",),
    )
    yield bench.Measure(
        name="dead-rows",
        summary="Units and classes whose row of weights is empty right after pruning.",
        build=_late("dead_rows"),
        metrics=("dead_rows", "dead_output_rows"),
    )
    yield bench.Measure(
        name="bn-accuracy",
        summary="Accuracy once batch normalisation has been re-estimated on training data.",
        build=_late("bn_accuracy"),
        params=(
            bench.Param("batches", int, 20, "batches of training data to re-estimate on", minimum=1),
            bench.Param("batch_size", int, 128, "examples in a batch", minimum=2),
        ),
        metrics=("bn_accuracy", "bn_accuracy_pruned"),
    )
    yield bench.Measure(
        name="operator",
        summary="Relative error of the layers as operators on feature maps, with a bound.",
        build=_late("operator"),
        params=(_RTOL,),
        metrics=("operator_error", "operator_error_bound"),
        cite="Sedghi, Gupta and Long, The Singular Values of Convolutional Layers, ICLR 2019",
    )
    yield bench.Measure(
        name="bytes",
        summary="Bytes of the parameters, dense, and as values with the cheaper of bit mask and places.",
        build=_late("storage"),
        metrics=("bytes_dense", "bytes_sparse", "bytes_prunable_dense", "bytes_prunable_sparse"),
    )
    yield bench.Measure(
        name="dead-weights",
        summary="Shares of prunable weights without a gradient: by the architecture, and as trained.",
        build=_late("dead_weights"),
        params=(bench.Param("batch_size", int, 32, "random inputs to take the gradient over", minimum=1),),
        metrics=("dead_weights", "idle_weights"),
    )
    yield bench.Measure(
        name="latency",
        summary="Median latency of batches of 1 and 256, dense beside it in the same run.",
        build=_late("latency"),
        params=(_SECONDS,),
        metrics=_LATENCIES,
        volatile=_LATENCIES,
    )
    yield bench.Measure(
        name="throughput",
        summary="Examples a second, forward and in training, and the peak memory of a training pass.",
        build=_late("throughput"),
        params=(bench.Param("batch_size", int, 128, "examples in a batch", minimum=2), _SECONDS),
        metrics=_THROUGHPUTS,
        volatile=_THROUGHPUTS,
    )
    yield bench.Measure(
        name="shrunk",
        summary="Parameters, multiply-adds and latency once silent units are physically removed.",
        build=_late("shrunk"),
        params=(_SECONDS,),
        metrics=("shrunk_params", "shrunk_macs", "shrunk_max_difference", *_SHRUNK_LATENCIES),
        volatile=_SHRUNK_LATENCIES,
        needs=("torch-pruning>=1.6",),
        cite="Fang, Ma, Song, Mi and Wang, DepGraph: Towards Any Structural Pruning, CVPR 2023",
    )
