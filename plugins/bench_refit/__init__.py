"""Magnitude pruning whose kept weights are refitted: to the matrix, or to what the layer computes.

The parameters beyond `iterations` came later than published records: at their defaults nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable

import bench

_PARAMS = (
    bench.Param(
        "iterations",
        int,
        20,
        "steps of the refit in spectral norm, 0 for plain masks; each costs an eigenproblem",
        minimum=0,
    ),
    bench.Param(
        "target",
        str,
        "spectral",
        "what the kept values bring near to the dense layer: its matrix in spectral norm, or its "
        "activations on training data in least squares, exactly",
        choices=("spectral", "activations"),
        later=True,
    ),
    bench.Param(
        "mask",
        str,
        "magnitude",
        "what is kept: the largest |A|, or as mode mix of pca-sampled the largest |A·B|",
        choices=("magnitude", "mix"),
        later=True,
    ),
    bench.Param(
        "rank_share",
        float,
        0.25,
        "of mask mix: B's rank, as a share of the full rank",
        minimum=0,
        maximum=1,
        later=True,
    ),
    bench.Param(
        "examples", int, 1024, "of target activations: training examples, at most", minimum=1, later=True
    ),
    bench.Param(
        "patches",
        int,
        65_536,
        "of target activations: inputs of a layer that count, at most; drawn where it has more",
        minimum=1,
        later=True,
    ),
    bench.Param(
        "ridge",
        float,
        0.01,
        "of target activations: the pull towards the dense values, in units of an input's mean square",
        minimum=1e-6,
        later=True,
    ),
)


def _build(params: bench.Params) -> bench.Sparsifier:
    from bench_refit.activations import ActivationFit  # noqa: PLC0415
    from bench_refit.masks import chooser  # noqa: PLC0415
    from bench_refit.refit import SpectralFit, refitting  # noqa: PLC0415

    fit = (
        SpectralFit(params["iterations"])
        if params["target"] == "spectral"
        else ActivationFit(params["examples"], params["patches"], params["ridge"])
    )
    return refitting(chooser(params["mask"], params["rank_share"]), fit)


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `magnitude-refit`."""
    yield bench.Pruner(
        name="magnitude-refit",
        summary="Keeps the largest weights of each layer and refits them, to the matrix or to its outputs.",
        build=_build,
        mode="sparsify",
        params=_PARAMS,
        nested=True,
        cite="None for the refit in spectral norm, which is prunebench's; that to activations: Dong, Chen "
        "and Pan, NeurIPS 2017, Hubara et al., ICML 2021, and Frantar and Alistarh, ICML 2023; "
        "its iteration: Lions and Mercier, SINUM 1979",
    )
