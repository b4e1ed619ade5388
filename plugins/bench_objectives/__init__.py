"""Training losses, and penalties that recipes add to them."""

from __future__ import annotations

from collections.abc import Iterable

import bench

_TARGET = bench.Param(
    "target",
    str,
    "prunable",
    "weights of linear layers and convolutions, without the output layer's, the first's, or all parameters",
    choices=("prunable", "hidden", "first", "all"),
)


def _build_supervised(params: bench.Params) -> bench.ObjectiveFunction:
    from bench_objectives.supervised import Supervised  # noqa: PLC0415

    return Supervised(params["label_smoothing"], params["reduction"])


def _build_distillation(params: bench.Params) -> bench.ObjectiveFunction:
    from bench_objectives.distillation import Distillation  # noqa: PLC0415

    return Distillation(params["form"], params["temperature"], params["w"])


def _build_logit_matching(_: bench.Params) -> bench.ObjectiveFunction:
    from bench_objectives.matching import logit_matching  # noqa: PLC0415

    return logit_matching


def _build_l1(params: bench.Params) -> bench.ObjectiveFunction:
    from bench_objectives.penalties import l1  # noqa: PLC0415

    return l1(params["target"])


def _build_l2(params: bench.Params) -> bench.ObjectiveFunction:
    from bench_objectives.penalties import l2  # noqa: PLC0415

    return l2(params["target"])


def _build_group_lasso(params: bench.Params) -> bench.ObjectiveFunction:
    from bench_objectives.penalties import GroupLasso  # noqa: PLC0415

    return GroupLasso(params["by"], params["target"], by_size=params["weighting"] == "size")


@bench.hookimpl
def bench_objectives() -> Iterable[bench.Objective]:
    """Offer `supervised` and `distillation`, and the penalties `l1`, `l2` and `group-lasso`."""
    yield bench.Objective(
        name="supervised",
        summary="Cross-entropy for classification, squared error for regression.",
        build=_build_supervised,
        params=(
            bench.Param("label_smoothing", float, 0.0, "share spread over all classes", minimum=0, maximum=1),
            bench.Param(
                "reduction",
                str,
                "mean",
                "for regression, over outputs: the mean of the squared residuals, or half their sum",
                choices=("mean", "half-sum"),
                later=True,
            ),
        ),
    )
    yield bench.Objective(
        name="distillation",
        summary="Learns from the softened answers of a teacher, or of the dense network, beside the labels.",
        build=_build_distillation,
        params=(
            bench.Param(
                "form",
                str,
                "hinton",
                "how hard and soft parts are scaled: see docs/objectives.md",
                choices=("hinton", "normalised", "compensated"),
            ),
            bench.Param("temperature", float, 4.0, "divides the logits of both", minimum=0.01, maximum=1000),
            bench.Param("w", float, 0.5, "share of the teacher; 1 - w is the labels'", minimum=0, maximum=1),
        ),
        needs_teacher=True,
        cite="Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, arXiv 1503.02531",
    )
    yield bench.Objective(
        name="logit-matching",
        summary="Learns a teacher's outputs before any softmax: half the squared distance, without labels.",
        build=_build_logit_matching,
        needs_teacher=True,
        cite="Ba and Caruana, Do Deep Nets Really Need to be Deep?, NIPS 2014 (arXiv 1312.6184)",
    )
    yield from _penalties()


def _penalties() -> Iterable[bench.Objective]:
    yield bench.Objective(
        name="l1",
        summary="The sum of the weights' absolute values.",
        build=_build_l1,
        params=(_TARGET,),
        role="penalty",
        cite="Tibshirani, Regression Shrinkage and Selection via the Lasso, J. R. Stat. Soc. B 1996",
    )
    yield bench.Objective(
        name="l2",
        summary="Half the sum of the weights' squares.",
        build=_build_l2,
        params=(_TARGET,),
        role="penalty",
        cite="Krogh and Hertz, A Simple Weight Decay Can Improve Generalization, NIPS 1991",
    )
    yield bench.Objective(
        name="group-lasso",
        summary="The norms of rows or columns of weights, so that whole units go to zero.",
        build=_build_group_lasso,
        params=(
            bench.Param(
                "by",
                str,
                "rows",
                "groups: what makes an output, or what reads an input",
                choices=("rows", "columns"),
            ),
            bench.Param(
                "target",
                str,
                "hidden",
                "all linear layers and convolutions, those but the output layer, or the first of them",
                choices=("prunable", "hidden", "first"),
            ),
            bench.Param(
                "weighting",
                str,
                "size",
                "whether a group's norm counts √p times, p its number of weights, or once",
                choices=("size", "none"),
                later=True,
            ),
        ),
        role="penalty",
        cite="Yuan and Lin, Model Selection and Estimation in Regression with Grouped Variables, 2006",
    )
