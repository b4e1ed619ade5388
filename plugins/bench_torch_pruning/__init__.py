"""Torch-Pruning's importance criteria as unit pruners; an extra: `pip install 'prunebench[structured]'`.

Torch-Pruning finds which units must go together (a channel, its normalisation, the inputs that read it)
and rates each such group; the harness then removes units by that rating. Its Hessian criterion is not
offered, since in 1.6.1 `accumulate_grad` overwrites instead of adding up, nor are those that need
hooks of Torch-Pruning's own training loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import bench

_NEEDS = ("torch-pruning>=1.6",)
_FANG = "Fang, Ma, Song, Mi and Wang, DepGraph: Towards Any Structural Pruning, CVPR 2023"
_P = bench.Param("p", int, 2, "the norm's order: p of |w|^p", minimum=1)
_REDUCTION = bench.Param(
    "group_reduction",
    str,
    "mean",
    "how the ratings of layers that lose a unit together become one",
    choices=("mean", "sum", "max", "prod", "first"),
)
_NORMALIZER = bench.Param(
    "normalizer",
    str,
    "mean",
    "what a group's ratings are divided by, which matters for scope = global",
    choices=("mean", "sum", "max", "none"),
)
_BATCH = bench.Param("batch_size", int, 128, "training examples for the gradient", minimum=1)


def _criterion(class_name: str) -> Callable[[bench.Params], bench.Scorer]:
    def build(params: bench.Params) -> bench.Scorer:
        from bench_torch_pruning.criteria import rated_by  # noqa: PLC0415

        return rated_by(class_name, params)

    return build


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `tp-magnitude`, `tp-bn-scale`, `tp-lamp`, `tp-fpgm`, `tp-random` and `tp-taylor`."""
    yield bench.Pruner(
        name="tp-magnitude",
        summary="Torch-Pruning's group magnitude: units of the smallest norm over all layers they touch.",
        build=_criterion("GroupMagnitudeImportance"),
        params=(_P, _REDUCTION, _NORMALIZER),
        unit="unit",
        needs=_NEEDS,
        cite=_FANG,
    )
    yield bench.Pruner(
        name="tp-bn-scale",
        summary="Torch-Pruning's network slimming: channels of the smallest batch-normalisation scale.",
        build=_criterion("BNScaleImportance"),
        params=(_REDUCTION, _NORMALIZER),
        unit="unit",
        needs=_NEEDS,
        cite="Liu, Li, Shen et al., Learning Efficient Convolutional Networks through Network Slimming, 2017",
    )
    yield bench.Pruner(
        name="tp-lamp",
        summary="Torch-Pruning's LAMP: group magnitudes over the sum of those that are not smaller.",
        build=_criterion("LAMPImportance"),
        params=(_P, _REDUCTION),
        unit="unit",
        needs=_NEEDS,
        cite="Lee, Park, Mo, Ahn and Shin, Layer-adaptive Sparsity for Magnitude-based Pruning, ICLR 2021",
    )
    yield bench.Pruner(
        name="tp-fpgm",
        summary="Torch-Pruning's FPGM: the units nearest to all the others, which can stand in for them.",
        build=_criterion("FPGMImportance"),
        params=(_P, _REDUCTION, _NORMALIZER),
        unit="unit",
        needs=_NEEDS,
        cite="He, Liu, Wang, Hu and Yang, Filter Pruning via Geometric Median, CVPR 2019",
    )
    yield bench.Pruner(
        name="tp-random",
        summary="Torch-Pruning's random ratings: the control of its criteria.",
        build=_criterion("RandomImportance"),
        unit="unit",
        needs=_NEEDS,
        cite=_FANG,
    )
    yield bench.Pruner(
        name="tp-taylor",
        summary="Torch-Pruning's Taylor criterion: |weight times gradient| of the loss on one batch.",
        build=_criterion("GroupTaylorImportance"),
        params=(_REDUCTION, _NORMALIZER, _BATCH),
        unit="unit",
        needs=_NEEDS,
        cite="Molchanov, Mallya, Tyree, Frosio and Kautz, Importance Estimation for Pruning, CVPR 2019",
    )
