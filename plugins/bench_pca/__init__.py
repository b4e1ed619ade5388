"""The sparsifier of "Neural Network Pruning as Spectrum Preserving Process" (arXiv 2307.08982).

It draws entries by their size in a layer's principal part B, the best approximation of some rank, and
keeps the layer's own values. The paper leaves the power of |B|, rescaling and the rank open: they are
parameters here. With `rank_share = 1`, B is the layer itself: the method's own baseline.
"""

from __future__ import annotations

from collections.abc import Iterable

import bench

_PARAMS = (
    bench.Param(
        "mode",
        str,
        "sample",
        "draw by |B|^power one after the other, ht: with fixed probabilities, and divide by them; "
        "det: keep the largest |B|; mix: the largest |A·B|",
        choices=("sample", "ht", "det", "mix"),
    ),
    bench.Param("power", int, 2, "the power of |B| to draw by, in modes sample and ht", choices=(1, 2)),
    bench.Param(
        "rescale", bool, default=False, help="in mode sample, divide what is drawn by its chance to be drawn"
    ),
    bench.Param("rank_share", float, 0.25, "B's rank, as a share of the full rank", minimum=0, maximum=1),
    bench.Param("rank", int, 0, "B's rank, in place of rank_share if above 0", minimum=0),
    bench.Param(
        "rank_energy",
        float,
        0.0,
        "the share of the squared singular values that B has at least, in place of rank_share if above 0",
        minimum=0,
        maximum=1,
    ),
    bench.Param(
        "replicate",
        int,
        0,
        "in modes sample and ht, which of several independent draws from one network and seed",
        minimum=0,
        later=True,
    ),
)
_DRAWING = ("sample", "ht")


def _check(params: bench.Params) -> None:
    if params["rank"] > 0 and params["rank_energy"] > 0:
        raise bench.UserError(
            "pruner 'pca-sampled': both rank and rank_energy are given", "leave one of them at 0"
        )
    if params["rescale"] and params["mode"] != "sample":
        raise bench.UserError(
            f"pruner 'pca-sampled': rescale = true does not go with mode = {params['mode']!r}",
            "mode ht always divides by the probabilities; det and mix draw nothing to make up for",
        )
    if params["replicate"] > 0 and params["mode"] not in _DRAWING:
        raise bench.UserError(
            f"pruner 'pca-sampled': mode = {params['mode']!r} draws nothing that could be replicated",
            "leave replicate out, or let mode be sample or ht",
        )


def _build(params: bench.Params) -> bench.Sparsifier:
    from bench_pca.principal import Rank  # noqa: PLC0415
    from bench_pca.sparsify import Choice, choosing_by  # noqa: PLC0415

    rank = Rank(params["rank"], params["rank_energy"], params["rank_share"])
    return choosing_by(
        rank, Choice(params["mode"], params["power"], params["rescale"], number=params["replicate"])
    )


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `pca-sampled`."""
    yield bench.Pruner(
        name="pca-sampled",
        summary="Draws the weights that stay by their size in the layer's leading principal components.",
        build=_build,
        mode="sparsify",
        params=_PARAMS,
        check=_check,
        cite="Neural Network Pruning as Spectrum Preserving Process, 2023 (arXiv 2307.08982)",
    )
