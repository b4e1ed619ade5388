"""General figures: curves, trends, scatters, bars, traces, distributions and heat maps of records."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

import bench
from bench_figures import parameters as p


@bench.hookimpl
def bench_figures() -> Iterable[bench.Figure]:
    """Offer what shows curves and traces, then what shows metrics."""
    yield _figure(
        "curves",
        "Curves of records over another of their curves: the median over seeds with its band.",
        (p.CURVE_X, p.CURVE_Y, *p.common("median", "iqr"), *p.LOG_BOTH, *p.CURVE_SHOWN),
    )
    yield _figure(
        "distributions",
        "Curves of quantiles as distribution functions, or against other quantiles.",
        (p.QUANTILES, p.AGAINST, *p.common("median", "iqr", hue=["curve"]), *p.LOG_BOTH),
    )
    yield _figure(
        "traces",
        "What trace measures read over epochs, by layer and key.",
        (
            *(p.MEASURE, p.KEYS, p.LAYERS, p.RELATIVE),
            *p.common("median", "iqr", hue=["layer"], col=["model"]),
            *p.LOG_BOTH,
        ),
    )
    yield _figure(
        "trend",
        "A quantity over a numeric column: centre over seeds with its interval.",
        (*p.quantities("sparsity", "accuracy"), *p.common("mean", "ci"), *p.LOG_BOTH, p.REFERENCE),
    )
    yield _figure(
        "scatter",
        "Two quantities of records, coloured by method, with rank correlations by choice.",
        (
            *p.quantities("spectral_error", "accuracy"),
            *(p.WHERE, p.hue(["method"]), p.STYLE, p.col([]), p.NAMES, *p.TITLES),
            *(*p.LOG_BOTH, p.REFERENCE, p.SPEARMAN),
        ),
    )
    yield _figure(
        "bars",
        "A quantity by category: centre over records with its interval.",
        (
            *(p.category("x", ["method"]), p.quantity("y", "accuracy")),
            *p.common("mean", "ci", hue=[], col=["model"]),
            *(p.LOG_Y, p.REFERENCE, p.HORIZONTAL),
        ),
    )
    yield _figure(
        "wins",
        "The share of pairs in which contestants beat one other, over a numeric column.",
        (
            *(p.quantity("metric", "spectral_error"), p.BETTER, p.OTHER, p.OF_LAYERS),
            *(p.quantity("x", "sparsity"), p.WHERE, p.hue(["method"]), p.col([]), p.NAMES, *p.TITLES),
            *(p.LOG_X, p.EVEN),
        ),
    )
    yield _figure(
        "heatmap",
        "A quantity over two columns, as colours and numbers.",
        (
            *(p.category("x", ["sparsity"]), p.category("y", ["method"]), p.quantity("value", "accuracy")),
            *(p.WHERE, p.col(["model"]), p.centre("mean"), p.NAMES, *p.TITLES, p.VALUE_LABEL),
            *(p.LOG_COLOUR, p.MIDDLE),
        ),
    )


def _figure(name: str, summary: str, params: tuple[bench.Param, ...]) -> bench.Figure:
    def build(values: bench.Params) -> bench.FigureFunction:
        drawn: bench.FigureFunction = import_module(f"bench_figures.{name}").figure(values)
        return drawn

    return bench.Figure(name=name, summary=summary, build=build, params=params)
