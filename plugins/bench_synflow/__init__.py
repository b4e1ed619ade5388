"""SynFlow: iterative pruning without data, which empties no layer while weights remain elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

import bench


def _build(params: bench.Params) -> bench.Scorer:
    from bench_synflow.order import synflow  # noqa: PLC0415

    return synflow(params["rounds"], params["density"])


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `synflow`."""
    yield bench.Pruner(
        name="synflow",
        summary="Removes, round by round, the weights through which the least synaptic strength flows.",
        build=_build,
        params=(
            bench.Param("rounds", int, 100, "rounds in which the density falls to `density`", minimum=1),
            bench.Param(
                "density", float, 0.001, "the density after `rounds` rounds", minimum=1e-9, maximum=0.999
            ),
        ),
        cite="Tanaka, Kunin, Yamins and Ganguli, Pruning Neural Networks without any Data, NeurIPS 2020",
    )
