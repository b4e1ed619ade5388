"""Students beside their teachers: measures of what a student shares with its teacher, and analyses.

For tasks whose targets are a known network's, as in "How a student becomes a teacher" (arXiv 2310.12612).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import bench

_CITE = (
    "Giambagli, Buffoni, Chicchi and Fanelli, How a student becomes a teacher: learning and forgetting "
    "through Spectral methods, NeurIPS 2023 (arXiv 2310.12612)"
)
_WHERE = bench.Param(
    "where",
    str,
    [],
    'conditions on records, such as "metrics.units>=50" and "parametrization=spectral"',
    many=True,
)
_CELLS = bench.Param(
    "cells",
    str,
    "one",
    "which contestant's number counts: there is one alone, the smallest, or the largest",
    choices=("one", "min", "max"),
)
_CURVE = bench.Param("curve", str, "mse_by_units", "the record's curve of errors by units kept")
_ESTIMATOR = (
    bench.Param(
        "estimator",
        str,
        "change-point",
        "how n* is found",
        choices=("change-point", "tolerance", "resolution", "hinge"),
    ),
    bench.Param("factor", float, 2.0, "of the tolerance: times the whole network's error", minimum=1),
    bench.Param("share", float, 1e-3, "of the resolution: share of the targets' variance", minimum=0),
)
_HUE = bench.Param("hue", str, ["parametrization"], "columns whose joined values are labels", many=True)
_ACROSS = bench.Param(
    "x", str, "teacher_units", "whose number of units lies across", choices=("teacher_units", "units")
)
_FLOOR = (
    bench.Param(
        "max_floor",
        float,
        0.0,
        "largest error of the whole network with which a run counts; 0 for any",
        minimum=0,
    ),
    bench.Param(
        "floor_of",
        str,
        "mse",
        "what `max_floor` is in: the error's unit, or shares of the targets' variance",
        choices=("mse", "variance"),
    ),
)


def _teacher_match(params: bench.Params) -> bench.MeasureFunction:
    from bench_student_teacher.match import teacher_match  # noqa: PLC0415

    return partial(teacher_match, cosine=params["cosine"], active=params["active"])


def _paths(_: bench.Params) -> bench.MeasureFunction:
    from bench_student_teacher.paths import path_distribution  # noqa: PLC0415

    return path_distribution


def _inputs(_: bench.Params) -> bench.MeasureFunction:
    from bench_student_teacher.inputs import input_ranking  # noqa: PLC0415

    return input_ranking


def _transition(params: bench.Params) -> bench.AnalysisFunction:
    from bench_student_teacher.amounts import Asked  # noqa: PLC0415
    from bench_student_teacher.estimators import Estimator  # noqa: PLC0415
    from bench_student_teacher.runs import Counting  # noqa: PLC0415
    from bench_student_teacher.transition import Contestants, transition  # noqa: PLC0415

    by = Estimator(params["estimator"], params["factor"], params["share"])
    keys = ("report", "within", "cells")
    return partial(
        transition,
        who=Contestants(params["where"], params["one"], params["other"]),
        asked=Asked(by, **{key: params[key] for key in keys}),
        counting=Counting(params["curve"], params["max_floor"], params["floor_of"]),
    )


def _path_distances(params: bench.Params) -> bench.AnalysisFunction:
    from bench_student_teacher.path_distances import path_distances  # noqa: PLC0415

    metric = f"paths_{params['distance']}_{params['of']}"
    rest = {key: params[key] for key in ("where", "statistic", "cells")}
    return partial(path_distances, metric=metric, **rest)


def _collapse(params: bench.Params) -> bench.AnalysisFunction:
    from bench_student_teacher.collapse import collapse  # noqa: PLC0415
    from bench_student_teacher.runs import Counting  # noqa: PLC0415

    counting = Counting(params["curve"], params["max_floor"], params["floor_of"])
    return partial(collapse, where=params["where"], counting=counting)


def _drawn(function: str, params: bench.Params) -> bench.FigureFunction:
    from bench_student_teacher import drawing  # noqa: PLC0415

    return partial(getattr(drawing, function), params=params)


@bench.hookimpl
def bench_measures() -> Iterable[bench.Measure]:
    """Offer `teacher-match`, `path-distribution` and `input-ranking`."""
    yield bench.Measure(
        name="teacher-match",
        summary="How many of the teacher's first units the student's best have found; how many are active.",
        build=_teacher_match,
        params=(
            bench.Param("cosine", float, 0.95, "above which cosine a unit is matched", minimum=-1, maximum=1),
            bench.Param(
                "active", float, 0.05, "above which share of the largest score a unit is active", minimum=0
            ),
        ),
        metrics=("teacher_units", "matched", "match_cosine_mean", "active_units", "target_variance"),
        cite=_CITE,
    )
    yield bench.Measure(
        name="path-distribution",
        summary="Distances of the weights of input-output paths of student and teacher, and their quantiles.",
        build=_paths,
        metrics=tuple(
            f"paths_{distance}_{part}" for part in ("core", "whole") for distance in ("ks", "energy", "w1")
        ),
        curves=("paths_core", "paths_whole", "paths_teacher"),
        cite=_CITE,
    )
    yield bench.Measure(
        name="input-ranking",
        summary="Whether the inputs with the largest first-layer columns are those that the teacher reads.",
        build=_inputs,
        metrics=("relevant_inputs", "input_recall", "input_separation", "mse_top_inputs"),
        cite=_CITE,
    )


@bench.hookimpl
def bench_analyses() -> Iterable[bench.Analysis]:
    """Offer `transition`, `path-distribution` and `collapse`."""
    yield bench.Analysis(
        name="transition",
        summary="The number of units from which on an error is level, against the teacher's number of units.",
        build=_transition,
        params=(_WHERE, *_sides(), _CURVE, *_transition_params(), _CELLS, *_FLOOR),
        cite=_CITE,
    )
    yield bench.Analysis(
        name="path-distribution",
        summary="How far the path weights of students are from their teachers', over seeds.",
        build=_path_distances,
        params=(
            _WHERE,
            bench.Param("of", str, "core", "the student's best units, or all", choices=("core", "whole")),
            bench.Param("distance", str, "w1", "which distance", choices=("ks", "energy", "w1")),
            bench.Param("statistic", str, "median", "over seeds", choices=("median", "mean")),
            _CELLS,
        ),
        cite=_CITE,
    )
    yield bench.Analysis(
        name="collapse",
        summary="The rate at which errors fall up to the teacher's number of units, whatever the height.",
        build=_collapse,
        params=(_WHERE, _CURVE, *_FLOOR),
        cite=_CITE,
    )


def _sides() -> Iterable[bench.Param]:
    yield bench.Param("one", str, [], "conditions of one side, for a difference of two", many=True)
    yield bench.Param("other", str, [], "conditions of the other side", many=True)


def _transition_params() -> Iterable[bench.Param]:
    yield from _ESTIMATOR
    yield bench.Param(
        "report",
        str,
        "median",
        "what is given of n*, or of the error's depth and rest",
        choices=("median", "error", "share", "relative", "depth", "rest", "slope"),
    )
    yield bench.Param("within", float, 2.0, "of the share: how far n* may be from the teacher's", minimum=0)


@bench.hookimpl
def bench_figures() -> Iterable[bench.Figure]:
    """Offer `transition-points` and `transition-curves`."""
    shared = (_WHERE, _HUE, _CURVE, *_ESTIMATOR, *_FLOOR)
    yield bench.Figure(
        name="transition-points",
        summary="n* against the teacher's or the student's number of units: medians with their intervals.",
        build=partial(_drawn, "transition_points"),
        params=(_ACROSS, *shared),
    )
    yield bench.Figure(
        name="transition-curves",
        summary="Median errors by units kept, a panel a height, with n* and its interval.",
        build=partial(_drawn, "transition_curves"),
        params=shared,
    )
