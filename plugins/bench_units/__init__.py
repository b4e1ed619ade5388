"""Unit pruners: neurons and channels ranked by norm, normalisation, activation, at random, or merged."""

from __future__ import annotations

from collections.abc import Iterable

import bench

_LI = "Li, Kadav, Durdanovic, Samet and Graf, Pruning Filters for Efficient ConvNets, ICLR 2017"
_LIU = "Liu, Li, Shen et al., Learning Efficient Convolutional Networks through Network Slimming, ICCV 2017"
_POLYAK = "Polyak and Wolf, Channel-Level Acceleration of Deep Face Representations, IEEE Access 2015"

_TIAN = (
    "Tian, Student Specialization in Deep ReLU Networks With Finite Width and Input Dimension, ICML 2020 "
    "(arXiv 1909.13458)"
)
_MERGED = (
    f"{_TIAN}; Srinivas and Babu, Data-free Parameter Pruning for Deep Neural Networks, BMVC 2015; "
    "Kim, Kim, Park and Jeon, Neuron Merging: Compensating for Pruned Neurons, NeurIPS 2020"
)


def _norm(params: bench.Params) -> bench.Scorer:
    from bench_units.norms import unit_norm  # noqa: PLC0415

    return unit_norm(params["side"], params["p"])


def _bn_scale(_: bench.Params) -> bench.Scorer:
    from bench_units.scales import bn_scale  # noqa: PLC0415

    return bn_scale


def _activation(params: bench.Params) -> bench.Scorer:
    from bench_units.activations import activation  # noqa: PLC0415

    return activation(params["examples"], params["weighting"])


def _specialization(params: bench.Params) -> bench.Scorer:
    from bench_units.specialised import specialization  # noqa: PLC0415

    return specialization(params["examples"])


def _merge(params: bench.Params) -> bench.Scorer:
    from bench_units.merging import merge  # noqa: PLC0415

    return merge(params["cosine"])


def _merging(params: bench.Params) -> bench.MeasureFunction:
    from bench_units.lossless import merging  # noqa: PLC0415

    return merging(params["cosines"], params["tolerance"])


def _random(_: bench.Params) -> bench.Scorer:
    from bench_units.chance import unit_random  # noqa: PLC0415

    return unit_random


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `unit-norm`, `bn-scale`, `activation`, `specialization`, `merge`, `unit-random`."""
    yield bench.Pruner(
        name="unit-norm",
        summary="Removes the units whose incoming weights, outgoing weights or product of both are smallest.",
        build=_norm,
        params=(
            bench.Param(
                "side",
                str,
                "incoming",
                "the norm of a unit's own weights, of those that read it, or the product of the two",
                choices=("incoming", "outgoing", "product"),
            ),
            bench.Param("p", float, 2.0, "the order of the norm", minimum=1),
        ),
        unit="unit",
        cite=_LI,
    )
    yield bench.Pruner(
        name="bn-scale",
        summary="Removes the channels of smallest batch-normalisation scale; layers without one go last.",
        build=_bn_scale,
        unit="unit",
        cite=_LIU,
    )
    yield bench.Pruner(
        name="activation",
        summary="Removes the units of smallest mean activation behind a ReLU, on a batch of training data.",
        build=_activation,
        params=(
            bench.Param("examples", int, 256, "training examples to look at", minimum=1),
            bench.Param(
                "weighting",
                str,
                "none",
                "what it is multiplied by: nothing, or the norm of the weights that read the unit",
                choices=("none", "fan-out"),
                later=True,
            ),
        ),
        unit="unit",
        cite=_POLYAK,
    )
    yield bench.Pruner(
        name="specialization",
        summary="Removes the units that correlate least with any unit of the teacher: an oracle.",
        build=_specialization,
        params=(bench.Param("examples", int, 2000, "training examples to look at", minimum=2),),
        unit="unit",
        cite=_TIAN,
    )
    yield bench.Pruner(
        name="merge",
        summary="Makes units of co-linear weights one, then removes those of smallest product of norms.",
        build=_merge,
        params=(
            bench.Param(
                "cosine", float, 0.95, "how nearly co-linear any two units merged are", minimum=0, maximum=1
            ),
        ),
        unit="unit",
        cite=_MERGED,
    )
    yield bench.Pruner(
        name="unit-random",
        summary="Removes units at random: the control of unit pruners.",
        build=_random,
        unit="unit",
    )


@bench.hookimpl
def bench_measures() -> Iterable[bench.Measure]:
    """Offer `merging`."""
    yield bench.Measure(
        name="merging",
        summary="How many hidden units of the dense network can be merged, and how many at no loss.",
        build=_merging,
        params=(
            bench.Param(
                "cosines",
                float,
                [0.999, 0.99, 0.98, 0.95, 0.9, 0.8],
                "how nearly co-linear any two units merged are, tried one by one",
                minimum=0,
                maximum=1,
                many=True,
            ),
            bench.Param(
                "tolerance",
                float,
                0.0,
                "what still counts as no loss: accuracy, or mean squared error over the targets' variance",
                minimum=0,
            ),
        ),
        metrics=("mergeable_units", "mergeable_share", "mergeable_cosine", "merging_silent_units"),
        curves=("merge_cosine", "merge_units", "merge_accuracy", "merge_loss", "merge_mse"),
        cite=_MERGED,
    )
