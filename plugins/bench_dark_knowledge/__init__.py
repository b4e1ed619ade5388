"""Distillation and random matrices: the laws, the identities and the predictors of one paper, checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

import bench
from bench_dark_knowledge.names import (
    ENSEMBLE_CURVES,
    ENSEMBLES,
    FORMS,
    IDENTITIES,
    PROBE,
    PROBE_CURVES,
    PUPIL,
    PUPIL_CURVES,
    STUDENT_CURVES,
    STUDENTS,
)

CITE = "Illuminating Dark Knowledge via Random Matrix Ensembles, submitted to ICLR 2021 and withdrawn"


def _late(module: str) -> Callable[[bench.Params], Any]:
    def build(params: bench.Params) -> Any:
        return import_module(f"bench_dark_knowledge.{module}").build(params)

    return build


_STUDENTS = (
    bench.Param("hidden", int, [32], "units of the students' hidden layers", minimum=1, many=True),
    bench.Param("students", int, 6, "seeds: students a setting", minimum=1),
    bench.Param("examples", int, 0, "training examples they see, evenly of each class; 0 for all", minimum=0),
    bench.Param(
        "whiten",
        int,
        0,
        "principal components they see, of unit variance; 0 for the inputs themselves",
        minimum=0,
    ),
    bench.Param("temperatures", float, [1.0, 2.0, 4.0, 8.0], "T of the grid", minimum=0.01, many=True),
    bench.Param(
        "shares",
        float,
        [1 / 3, 2 / 3, 8 / 9, 1.0],
        "the teacher's share w of the grid; with 1/3 and 1 all estimators have a say",
        minimum=0,
        maximum=1,
        many=True,
    ),
    bench.Param("steps", int, 200, "steps of training", minimum=1),
    bench.Param("batch_size", int, 100, "examples a step", minimum=1),
    bench.Param("lr", float, 0.1, "the learning rate at the start", minimum=0),
    bench.Param("weight_decay", float, 0.0, "of the weights", minimum=0),
    bench.Param(
        "spectrum_q",
        float,
        [0.05, 0.2, 0.5],
        "classes but one over examples, of the samples whose spectra are held against the laws",
        minimum=0.0001,
        many=True,
    ),
)


_WHERE = bench.Param("where", str, [], 'conditions such as "sparsity>=0.9"', many=True)
_FORM = bench.Param("form", str, "paper", "the loss", choices=FORMS)
_OF = bench.Param(
    "of",
    str,
    "students",
    "distilled students, on all of the test half and on samples; or random matrices",
    choices=("students", "ensembles"),
)
_PROBE = (
    bench.Param(
        "form",
        str,
        "compensated",
        "the loss, as in the objective `distillation`",
        choices=("normalised", "compensated"),
    ),
    bench.Param("temperatures", float, [4.0], "T of the grid", minimum=0.01, many=True),
    bench.Param("shares", float, [0.5], "w of the grid", minimum=0, maximum=1, many=True),
    bench.Param("students", int, 2, "last layers a setting, each of its own start and order", minimum=1),
    bench.Param("steps", int, 200, "steps of training", minimum=1),
    bench.Param("batch_size", int, 100, "examples a step", minimum=1),
    bench.Param("lr", float, 0.1, "the learning rate at the start", minimum=0),
)


_FORETOLD = (
    _WHERE,
    bench.Param(
        "form",
        str,
        "normalised",
        "the loss, as in the objective `distillation`",
        choices=("normalised", "compensated", "hinton"),
    ),
    bench.Param(
        "estimator", str, "chi-soft", "who foresaw", choices=("no-change", "eq11", "chi-soft", "form12")
    ),
    bench.Param(
        "report",
        str,
        "error",
        "the mean absolute error, the largest, the correlation with what was measured, 1 less the squared "
        "error over that of no change; or an extreme gain over the baseline",
        choices=("error", "largest", "correlation", "skill", "least-gain", "most-gain"),
    ),
)


@bench.hookimpl
def bench_measures() -> Iterable[bench.Measure]:
    """Offer `distilled-students`, `distillation-identities`, `random-ensembles` and `distillation-probe`."""
    yield bench.Measure(
        name="distilled-students",
        summary="Small students taught by the dense network: what they reach, and what was predicted.",
        build=_late("students"),
        params=_STUDENTS,
        metrics=STUDENTS,
        curves=STUDENT_CURVES,
        cite=CITE,
    )
    yield bench.Measure(
        name="distillation-identities",
        summary="By how much the statements of a paper on distillation fail, repaired and as printed.",
        build=_late("verify"),
        params=(
            bench.Param("temperature", float, 4.0, "T", minimum=0.01),
            bench.Param("alpha", float, 8.0, "the weight of the divergence beside the labels", minimum=0),
            bench.Param("hidden", int, 16, "hidden units of the student", minimum=1),
            bench.Param("steps", int, 300, "steps of its training", minimum=1),
        ),
        metrics=IDENTITIES,
        cite=CITE,
    )
    yield bench.Measure(
        name="random-ensembles",
        summary="Distances of random matrices' eigenvalues from their laws; nothing of the network.",
        build=_late("random_matrices"),
        params=(
            bench.Param("classes", int, 0, "columns; 0 for as many as the task has classes", minimum=0),
            bench.Param("draws", int, 20, "matrices a kind, whose eigenvalues are pooled", minimum=1),
            bench.Param("seed", int, 0, "of the draws", minimum=0),
        ),
        metrics=ENSEMBLES,
        curves=ENSEMBLE_CURVES,
        cite=CITE,
    )
    yield bench.Measure(
        name="distillation-probe",
        summary="What teaching the final network by its dense parent would gain, from its last layer alone.",
        build=_late("probe"),
        params=_PROBE,
        metrics=PROBE,
        curves=PROBE_CURVES,
    )
    yield bench.Measure(
        name="distilled-student",
        summary="What a student of the suite's teacher answers, and what predictors must know of it.",
        build=_late("pupil"),
        params=(
            bench.Param(
                "temperatures", float, [1.0, 2.0, 4.0, 8.0], "T of the grid", minimum=0.01, many=True
            ),
        ),
        metrics=PUPIL,
        curves=PUPIL_CURVES,
        cite=CITE,
    )


@bench.hookimpl
def bench_analyses() -> Iterable[bench.Analysis]:
    """Offer `distillation-recovery` and `distilled-prediction`."""
    yield bench.Analysis(
        name="distilled-prediction",
        summary="How well an estimator foresaw the accuracy of students of the suite's teacher.",
        build=_late("foretold"),
        params=_FORETOLD,
        cite=CITE,
    )
    yield bench.Analysis(
        name="distillation-recovery",
        summary="What fine-tuning taught by the dense parent gains over labels alone, and who foresaw it.",
        build=_late("recovery"),
        params=(
            _WHERE,
            bench.Param(
                "report",
                str,
                "gain",
                "the mean gain, its extremes over contestants and sparsities, or how well it was foreseen",
                choices=("gain", "least-gain", "most-gain", "error", "skill", "correlation"),
            ),
            bench.Param(
                "estimator",
                str,
                "probe",
                "whose error, skill or correlation",
                choices=("no-change", "eq11", "chi-soft", "form12", "probe"),
            ),
        ),
    )


@bench.hookimpl
def bench_figures() -> Iterable[bench.Figure]:
    """Offer what shows a spectrum with its laws, and three views of the predictors."""
    yield _figure("eigenvalue-density", "Eigenvalues of students or random matrices, and their laws.", (_OF,))
    yield _figure("predicted-accuracy", "Predicted over measured accuracy of distilled students.", (_FORM,))
    yield _figure("distillation-ratio", "Accuracy above chance over the baseline's, by share.", (_FORM,))
    yield _figure(
        "foreseen-recovery", "Foreseen over measured gains of pruned networks taught by parents.", ()
    )
    yield _figure("predictor-skill", "The predictors' mean absolute errors beside that of no change.", ())


_DRAWN_IN = {"eigenvalue-density": "densities", "foreseen-recovery": "recovery_figure"}


def _figure(name: str, summary: str, params: tuple[bench.Param, ...]) -> bench.Figure:
    def build(values: bench.Params) -> bench.FigureFunction:
        module = _DRAWN_IN.get(name, "pictures")
        pictures = import_module(f"bench_dark_knowledge.{module}")
        return getattr(pictures, name.replace("-", "_"))(values)  # type: ignore[no-any-return]

    return bench.Figure(name=name, summary=summary, build=build, params=(_WHERE, *params))
