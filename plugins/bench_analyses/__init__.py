"""General analyses: levels, contests of two, and trends over a suite's records."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from bench.analysis import Scatter, Sides

_METRIC = bench.Param(
    "metric", str, "accuracy", 'a metric, a dotted column, or two of them: "loss - loss_dense", "a / b"'
)
_WHERE = bench.Param(
    "where", str, [], 'conditions on records, such as "model=lenet-5" and "sparsity>=0.9"', many=True
)
_ONE = bench.Param("one", str, [], "conditions that the first contestant alone fits", many=True)
_OTHER = bench.Param("other", str, [], "conditions that the second contestant alone fits", many=True)
_CELLS = bench.Param(
    "cells",
    str,
    "one",
    "one contestant, or the least or largest mean of several",
    choices=("one", "min", "max"),
)
_PAIRED_BY = bench.Param(
    "paired_by", str, [], 'columns that pairs agree in besides, such as "params.replicate"', many=True
)
_LAYERS = bench.Param("layers", bool, False, "pair layer by layer, by the numbers of layers")
_X = bench.Param("x", str, "spectral_error", "the first quantity, written as a metric is")
_Y = bench.Param("y", str, "accuracy", "the second quantity")


def _metric_at(params: bench.Params) -> bench.AnalysisFunction:
    return partial(bench.analysis.metric_at, **params)


def _difference_to_dense(params: bench.Params) -> bench.AnalysisFunction:
    return partial(bench.analysis.difference_to_dense, **params)


def _paired_difference(params: bench.Params) -> bench.AnalysisFunction:
    return partial(bench.analysis.paired_difference, metric=params["metric"], sides=_sides(params))


def _best_by_validation(params: bench.Params) -> bench.AnalysisFunction:
    by = bench.analysis.Choice(params["by"], params["better"])
    return partial(bench.analysis.best_by_validation, metric=params["metric"], by=by, sides=_sides(params))


def _share_of_wins(params: bench.Params) -> bench.AnalysisFunction:
    better = params["better"]
    return partial(bench.analysis.share_of_wins, metric=params["metric"], better=better, sides=_sides(params))


def _ratio(params: bench.Params) -> bench.AnalysisFunction:
    return partial(bench.analysis.ratio, metric=params["metric"], sides=_sides(params))


def _spearman(params: bench.Params) -> bench.AnalysisFunction:
    within, combine = params["within"], params["combine"]
    return partial(bench.analysis.spearman, scatter=_scatter(params), within=within, combine=combine)


def _slope(params: bench.Params) -> bench.AnalysisFunction:
    log_x, log_y = params["log_x"], params["log_y"]
    return partial(bench.analysis.slope, scatter=_scatter(params), log_x=log_x, log_y=log_y)


def _trace_change(params: bench.Params) -> bench.AnalysisFunction:
    return partial(bench.analysis.trace_change, measure=params["measure"], where=params["where"])


def _sides(params: bench.Params) -> Sides:
    return bench.analysis.Sides(
        params["one"], params["other"], params["where"], params["paired_by"], params["layers"]
    )


def _scatter(params: bench.Params) -> Scatter:
    return bench.analysis.Scatter(params["x"], params["y"], params["where"])


@bench.hookimpl
def bench_analyses() -> Iterable[bench.Analysis]:
    """Offer the levels, then the contests, then the trends."""
    yield from _levels()
    yield from _contests()
    yield from _trends()


def _levels() -> Iterable[bench.Analysis]:
    yield bench.Analysis(
        name="metric-at",
        summary="Mean over seeds of a metric of one contestant at one sparsity, with its t-interval.",
        build=_metric_at,
        params=(_METRIC, _WHERE, _CELLS),
    )
    yield bench.Analysis(
        name="difference-to-dense",
        summary="Mean over seeds of a metric minus that of the seed's dense network, with its t-interval.",
        build=_difference_to_dense,
        params=(_METRIC, _WHERE, _CELLS),
    )


def _contests() -> Iterable[bench.Analysis]:
    sides = (_METRIC, _ONE, _OTHER, _WHERE, _PAIRED_BY, _LAYERS)
    yield bench.Analysis(
        name="paired-difference",
        summary="Mean difference of two contestants, paired by seed, with its t-interval.",
        build=_paired_difference,
        params=sides,
    )
    better = bench.Param("better", str, "higher", "which value wins", choices=("higher", "lower"))
    yield bench.Analysis(
        name="best-by-validation",
        summary="Difference to `other` of whichever of `one` is best on held-out data, with its t-interval.",
        build=_best_by_validation,
        params=(
            *sides,
            bench.Param("by", str, "validation_accuracy", "what to choose by, written as a metric is"),
            better,
        ),
    )
    yield bench.Analysis(
        name="share-of-wins",
        summary="Share of pairs of trials that the first contestant wins, with Wilson's interval.",
        build=_share_of_wins,
        params=(*sides, better),
    )
    yield bench.Analysis(
        name="ratio",
        summary="Median quotient of two contestants over pairs of trials, with a bootstrap interval.",
        build=_ratio,
        params=sides,
    )


def _trends() -> Iterable[bench.Analysis]:
    yield bench.Analysis(
        name="spearman",
        summary="Rank correlation of two quantities over records, with a bootstrap interval.",
        build=_spearman,
        params=(
            _X,
            _Y,
            _WHERE,
            bench.Param("within", str, [], 'columns to correlate within, such as "sparsity"', many=True),
            bench.Param(
                "combine", str, "mean", "what `within` reports", choices=("mean", "median", "min", "max")
            ),
        ),
    )
    yield bench.Analysis(
        name="slope",
        summary="Least-squares slope of one quantity on another over records, with its t-interval.",
        build=_slope,
        params=(
            _X,
            _Y,
            _WHERE,
            bench.Param("log_x", bool, False, "take the logarithm of x"),
            bench.Param("log_y", bool, False, "take the logarithm of y"),
        ),
    )
    yield bench.Analysis(
        name="trace-change",
        summary="How many times slower a trace changes at the end of training than at its beginning.",
        build=_trace_change,
        params=(
            bench.Param("measure", str, "sv-trace", "the trace, a measure of the suite"),
            _WHERE,
        ),
    )
