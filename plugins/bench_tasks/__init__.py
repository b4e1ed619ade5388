"""Data sets."""

from __future__ import annotations

from collections.abc import Iterable

import bench


def _digits(_: bench.Params) -> bench.LoadTask:
    from bench_tasks.digits import load_digits_task  # noqa: PLC0415

    return load_digits_task


@bench.hookimpl
def bench_tasks() -> Iterable[bench.Task]:
    """Offer `digits`."""
    yield bench.Task(
        name="digits",
        summary="Handwritten digits of 8x8 pixels from scikit-learn: 1,437 to train, 360 to test.",
        build=_digits,
        cite="Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI 1998",
    )
