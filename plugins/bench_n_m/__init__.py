"""N:M patterns, such as 2:4: of every M weights in a row, N stay."""

from __future__ import annotations

from collections.abc import Iterable

import bench


def _build(params: bench.Params) -> bench.Sparsifier:
    n, m = params["n"], params["m"]
    if n >= m:
        raise bench.UserError(
            f"pruner 'n-m': n = {n} of m = {m} removes nothing", "give n below m, such as n = 2, m = 4"
        )
    from bench_n_m.pattern import n_of_m  # noqa: PLC0415

    return n_of_m(n, m)


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `n-m`."""
    yield bench.Pruner(
        name="n-m",
        summary="Keeps the n largest of every m weights along the input; the sparsity is 1 - n/m alone.",
        build=_build,
        params=(
            bench.Param("n", int, 2, "weights that stay in each group", minimum=1),
            bench.Param("m", int, 4, "weights in a group", minimum=2),
        ),
        mode="sparsify",
        scopes=("layer",),
        cite="Mishra, Latorre, Pool et al., Accelerating Sparse Deep Neural Networks, arXiv 2104.08378, 2021",
    )
