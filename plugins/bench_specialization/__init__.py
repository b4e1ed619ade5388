"""Student specialization: which of a student's units have become units of its teacher, when, and what can go.

For tasks that tell their teacher, as in Tian's "Student Specialization in Deep ReLU Networks With Finite
Width and Input Dimension" (arXiv 1909.13458).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from typing import Any

import bench

_CITE = (
    "Tian, Student Specialization in Deep ReLU Networks With Finite Width and Input Dimension, ICML 2020 "
    "(arXiv 1909.13458)"
)
_BEST = (
    "recovery_50",
    "recovery_70",
    "recovery_90",
    "recovery_95",
    "teacher_best_mean",
    "student_best_mean",
)
_REMOVED = ("removed_units", "removed_share")
_RULES = ("specialization", "fan_out", "fan_out_activation", "magnitude", "random")
_WHERE = bench.Param("where", str, [], 'conditions on records, such as "task_params.polarity=1.0"', many=True)
_METRIC = bench.Param(
    "metric", str, "recovery_95", 'a metric, a dotted column, or two of them: "a - b", "a / b"'
)
_CELLS = bench.Param(
    "cells",
    str,
    "one",
    "one contestant, or the least or largest value of several",
    choices=("one", "min", "max"),
)
_TRACE = bench.Param("measure", str, "specialization-trace", "the trace, a measure of the suite")
_THRESHOLD = bench.Param(
    "threshold", float, 0.95, "from which correlation on a unit is recovered", minimum=-1, maximum=1
)
_TRACED = (_TRACE, _WHERE)
_COL = bench.Param("col", str, [], "columns whose joined values are panels", many=True)


def _late(module: str, function: str) -> Callable[[bench.Params], Any]:
    """A `build` that imports its module when it is called, and hands the parameters on by name."""

    def build(params: bench.Params) -> Any:
        return partial(getattr(import_module(f"bench_specialization.{module}"), function), **params)

    return build


@bench.hookimpl
def bench_measures() -> Iterable[bench.Measure]:
    """Offer `specialization`, `specialization-trace` and `specialization-removal`."""
    yield bench.Measure(
        name="specialization",
        summary="How well the units of a student correlate with its teacher's, and with their fan-out norms.",
        build=_late("measures", "specialization"),
        metrics=("over_realisation", *_BEST, "fan_out_spearman", "l_violations", "unexplained_variance"),
        curves=("teacher_best", "student_best", "fan_out"),
        cite=_CITE,
    )
    yield bench.Measure(
        name="specialization-trace",
        summary="How many of the teacher's units a student has recovered at chosen epochs of its training.",
        build=_late("measures", "specialization_trace"),
        metrics=tuple(f"traced_{name}" for name in _BEST),
        curves=("teacher_best",),
        trace=True,
        cite=_CITE,
    )
    yield bench.Measure(
        name="specialization-removal",
        summary="What a student loses without the units that correlate with none of its teacher's.",
        build=_late("removal", "specialization_removal"),
        params=(
            bench.Param("below", float, 0.9, "best correlations below which units go", minimum=-1, maximum=1),
            bench.Param("draws", int, 8, "draws of as many units at random", minimum=1),
        ),
        metrics=(*_REMOVED, *(f"rise_{rule}" for rule in _RULES)),
        cite=_CITE,
    )


def _monotony(params: bench.Params) -> bench.AnalysisFunction:
    from bench_specialization.monotony import Course, monotony  # noqa: PLC0415

    course = Course(*(params[name] for name in ("metric", "along", "within", "direction")))
    return partial(monotony, course=course, where=params["where"])


def _recovery_order(params: bench.Params) -> bench.AnalysisFunction:
    from bench_specialization.analyses import Recovery, recovery_order  # noqa: PLC0415

    recovery = Recovery(params["measure"], params["threshold"], params["never"])
    return partial(recovery_order, recovery=recovery, where=params["where"], cells=params["cells"])


@bench.hookimpl
def bench_analyses() -> Iterable[bench.Analysis]:
    """Offer levels and courses, then orders of learning."""
    yield from _levels()
    yield bench.Analysis(
        name="recovery-order",
        summary="Rank correlation of a teacher's units' strength and the epoch at which each is recovered.",
        build=_recovery_order,
        params=(
            *_TRACED,
            _THRESHOLD,
            bench.Param(
                "never",
                str,
                "last",
                "whether units that are never recovered come last, together, or do not count",
                choices=("last", "left-out"),
            ),
            _CELLS,
        ),
        cite=_CITE,
    )
    yield bench.Analysis(
        name="layer-order",
        summary="Share of networks in which the first layer specialises before all others.",
        build=_late("analyses", "layer_order"),
        params=(
            *_TRACED,
            bench.Param("level", float, 0.8, "the mean best correlation to reach", minimum=-1, maximum=1),
            _CELLS,
        ),
        cite=_CITE,
    )


def _levels() -> Iterable[bench.Analysis]:
    yield bench.Analysis(
        name="order-statistic",
        summary="Median, least or largest over seeds of a quantity of one contestant at one sparsity.",
        build=_late("analyses", "order_statistic"),
        params=(
            _METRIC,
            bench.Param("statistic", str, "median", "over seeds", choices=("median", "min", "max")),
            _WHERE,
            _CELLS,
        ),
    )
    yield bench.Analysis(
        name="trace-at",
        summary="Mean over seeds of a traced metric at one epoch, with its t-interval.",
        build=_late("analyses", "trace_at"),
        params=(
            _TRACE,
            bench.Param("metric", str, "traced_recovery_95", "a metric of the trace"),
            bench.Param("epoch", int, 1, "a traced epoch", minimum=0),
            _WHERE,
        ),
    )
    yield bench.Analysis(
        name="monotony",
        summary="The largest step of a mean over seeds against its course along a column; 0 or less if none.",
        build=_monotony,
        params=(
            _METRIC,
            bench.Param("along", str, "units", "the column of numbers along which it goes"),
            bench.Param("within", str, [], "columns to group by", many=True),
            bench.Param("direction", str, "rising", "which way it should go", choices=("rising", "falling")),
            _WHERE,
        ),
    )


def _drawn(function: str, params: bench.Params) -> bench.FigureFunction:
    from bench_specialization import drawing  # noqa: PLC0415

    return partial(getattr(drawing, function), params=params)


@bench.hookimpl
def bench_figures() -> Iterable[bench.Figure]:
    """Offer `specialization-units` and `recovery-by-unit`."""
    yield bench.Figure(
        name="specialization-units",
        summary="Students' units by best correlation with a teacher's unit and fan-out norm.",
        build=partial(_drawn, "specialization_units"),
        params=(_WHERE, _COL, _THRESHOLD),
        cite=_CITE,
    )
    yield bench.Figure(
        name="recovery-by-unit",
        summary="The share of networks that have recovered each unit of the teacher, a colour an epoch.",
        build=partial(_drawn, "recovery_by_unit"),
        params=(*_TRACED, _COL, _THRESHOLD),
        cite=_CITE,
    )
