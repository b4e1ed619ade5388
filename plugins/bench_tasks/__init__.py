"""Data sets, read and synthetic."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import bench
from bench_tasks.declared import CONV_TEACHER, MIXTURE, POLARITY_TEACHER, SUBSET, SUMMARIES, TEACHER, TIMM


def _digits(_: bench.Params) -> bench.LoadTask:
    from bench_tasks.digits import load_digits_task  # noqa: PLC0415

    return load_digits_task


def _named(name: str, _: bench.Params) -> bench.LoadTask:
    from bench_tasks.named import named_task  # noqa: PLC0415

    return named_task(name)


def _subset(params: bench.Params) -> bench.LoadTask:
    from bench_tasks.subset import subset_task  # noqa: PLC0415

    return subset_task(params)


def _timm(params: bench.Params) -> bench.LoadTask:
    from bench_tasks.anything import timm_task  # noqa: PLC0415

    return timm_task(params)


def _synthetic(function: str) -> Callable[[bench.Params], bench.LoadTask]:
    def build(params: bench.Params) -> bench.LoadTask:
        from bench_tasks import synthetic  # noqa: PLC0415

        return getattr(synthetic, function)(params)  # type: ignore[no-any-return]

    return build


def _conv_teacher(params: bench.Params) -> bench.LoadTask:
    from bench_tasks.conv_teacher import conv_teacher_task  # noqa: PLC0415

    return conv_teacher_task(params)


def _polarity_teacher(params: bench.Params) -> bench.LoadTask:
    from bench_tasks.polarity import polarity_teacher_task  # noqa: PLC0415

    return polarity_teacher_task(params)


@bench.hookimpl
def bench_tasks() -> Iterable[bench.Task]:
    """Offer `digits`, the data sets by name, whatever timm reads, and synthetic tasks."""
    yield bench.Task(
        name="digits",
        summary="Handwritten digits of 8x8 pixels from scikit-learn: 1,437 to train, 360 to test.",
        build=_digits,
        cite="Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI 1998",
    )
    for name, (summary, cite) in SUMMARIES.items():
        yield bench.Task(name=name, summary=summary, build=partial(_named, name), cite=cite)
    yield bench.Task(
        name="subset",
        summary="The first examples of every class of a named data set, for quick and honest small runs.",
        build=_subset,
        params=SUBSET,
    )
    yield bench.Task(
        name="timm",
        summary="Images that timm.data.create_dataset reads: torch/NAME, hfds/NAME-or-path, folder/PATH.",
        build=_timm,
        params=TIMM,
    )
    yield bench.Task(
        name="teacher",
        summary="Regression onto a random ReLU network, made anew for each seed.",
        build=_synthetic("teacher_task"),
        params=TEACHER,
        seeded=True,
        cite="Giambagli, Buffoni, Chicchi and Fanelli, How a student becomes a teacher, NeurIPS 2023",
    )
    yield bench.Task(
        name="polarity-teacher",
        summary="Regression onto a random ReLU network whose units matter unequally, anew for each seed.",
        build=_polarity_teacher,
        params=POLARITY_TEACHER,
        seeded=True,
        cite=(
            "Tian, Student Specialization in Deep ReLU Networks With Finite Width and Input Dimension, "
            "ICML 2020 (arXiv 1909.13458)"
        ),
    )
    yield bench.Task(
        name="conv-teacher",
        summary="Regression onto a random convolutional ReLU network, made anew for each seed.",
        build=_conv_teacher,
        params=CONV_TEACHER,
        seeded=True,
    )
    yield bench.Task(
        name="gaussian-mixture",
        summary="Gaussian classes at equal distances, made anew for each seed.",
        build=_synthetic("mixture_task"),
        params=MIXTURE,
        seeded=True,
    )
