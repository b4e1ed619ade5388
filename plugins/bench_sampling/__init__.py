"""Sparsifiers of the matrix literature: they draw entries at random, by a weight, exactly as many as asked.

`values = "kept"` leaves what was drawn as it is; `values = "rescaled"` divides the same entries by their
chance to be drawn, which estimates the matrix without bias.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import bench

_VALUES = bench.Param(
    "values",
    str,
    "kept",
    "what stays: the weights as they are, or divided by their chance so that no bias is left",
    choices=("kept", "rescaled"),
)
_DRAW = bench.Param(
    "draw",
    str,
    "successive",
    "one weight after the other, or with probabilities in proportion to what they are drawn by, at most 1",
    choices=("successive", "proportional"),
)
_REPLICATE = bench.Param(
    "replicate",
    int,
    0,
    "which of several independent draws from one network and seed",
    minimum=0,
    later=True,
)
_DESIGN = frozenset(param.name for param in (_DRAW, _VALUES, _REPLICATE))


def _build(method: str, params: bench.Params) -> bench.Sparsifier:
    from bench_sampling.methods import METHODS  # noqa: PLC0415
    from bench_sampling.sparsify import sampling_by  # noqa: PLC0415

    options = {name: value for name, value in params.items() if name not in _DESIGN}
    weigh = partial(METHODS[method], **options)
    return sampling_by(
        weigh,
        design=params["draw"],
        rescaled=params["values"] == "rescaled",
        number=params["replicate"],
    )


def _pruner(method: str, summary: str, cite: str, *params: bench.Param) -> bench.Pruner:
    return bench.Pruner(
        name=f"sample-{method}",
        summary=summary,
        build=partial(_build, method),
        mode="sparsify",
        params=(_DRAW, _VALUES, *params, _REPLICATE),
        cite=cite,
    )


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `sample-uniform`, `sample-l1`, `sample-l2`, `sample-hybrid` and `sample-bernstein`."""
    yield _pruner(
        "uniform",
        "Draws the weights that stay evenly at random.",
        "Achlioptas and McSherry, Fast Computation of Low-rank Matrix Approximations, J. ACM 2007",
    )
    yield _pruner(
        "l1",
        "Draws the weights that stay in proportion to their magnitude.",
        "Arora, Hazan and Kale, A Fast Random Sampling Algorithm for Sparsifying Matrices, APPROX 2006",
    )
    yield _pruner(
        "l2",
        "Drops tiny weights, then draws those that stay in proportion to their square.",
        "Drineas and Zouzias, A Note on Element-wise Matrix Sparsification via a Matrix-valued Bernstein "
        "Inequality, Information Processing Letters 2011",
        bench.Param(
            "epsilon",
            float,
            0.5,
            "weights below epsilon/2n times the layer's spectral norm are dropped, n its longer side",
            minimum=0,
        ),
    )
    yield _pruner(
        "hybrid",
        "Draws the weights that stay by a mixture of their magnitude and their square.",
        "Kundu, Drineas and Magdon-Ismail, Recovering PCA and Sparse PCA via Hybrid-(l1, l2) Sparse Sampling "
        "of Data Elements, JMLR 2017",
        bench.Param("alpha", float, 0.5, "the magnitudes' part of the mixture", minimum=0, maximum=1),
    )
    yield _pruner(
        "bernstein",
        "Draws weights by their magnitude within rows, rows by what the matrix Bernstein inequality asks.",
        "Achlioptas, Karnin and Liberty, Near-optimal Entrywise Sampling for Data Matrices, NeurIPS 2013",
        bench.Param("delta", float, 0.1, "how likely the bound may fail; above 0", minimum=1e-300, maximum=1),
    )
