"""Magnitude pruning whose kept weights are refitted, so that the matrix stays close in spectral norm."""

from __future__ import annotations

from collections.abc import Iterable

import bench


def _build(params: bench.Params) -> bench.Sparsifier:
    from bench_refit.refit import refitting  # noqa: PLC0415

    return refitting(params["iterations"])


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `magnitude-refit`."""
    yield bench.Pruner(
        name="magnitude-refit",
        summary="Keeps the largest weights of each layer and refits them to lower the spectral error.",
        build=_build,
        mode="sparsify",
        params=(
            bench.Param(
                "iterations",
                int,
                20,
                "steps of the refit, 0 for plain magnitude; each costs an eigenproblem",
                minimum=0,
            ),
        ),
        nested=True,
        cite="None for the refit, which is prunebench's; its iteration: Lions and Mercier, SINUM 1979",
    )
