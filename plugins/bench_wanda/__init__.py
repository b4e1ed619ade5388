"""Wanda: magnitude times the strength of the input that a weight sees."""

from __future__ import annotations

from collections.abc import Iterable

import bench


def _build(params: bench.Params) -> bench.Scorer:
    from bench_wanda.scores import wanda  # noqa: PLC0415

    return wanda(params["batch_size"], params["group"])


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `wanda`."""
    yield bench.Pruner(
        name="wanda",
        summary="Removes the weights of smallest |weight| times norm of its input, output by output.",
        build=_build,
        params=(
            bench.Param("batch_size", int, 128, "training examples whose activations are read", minimum=1),
            bench.Param(
                "group",
                str,
                "row",
                "whom a weight is compared with: those of its own output, or all of its layer",
                choices=("row", "layer"),
            ),
        ),
        cite="Sun, Liu, Bair and Kolter, A Simple and Effective Pruning Approach for LLMs, ICLR 2024",
    )
