"""Pruners that ask the loss: what it would lose, or gain, if a weight went.

Each looks at held training examples, drawn without regard to class. "stored" batch normalisation uses
the statistics of training, as in eval mode; "batch" those of the examples at hand, as in train mode.
Dropout stays off: it would rank weights by chance.
"""

from __future__ import annotations

from collections.abc import Iterable

import bench

_SNIP = "Lee, Ajanthan and Torr, SNIP: Single-shot Network Pruning based on Connection Sensitivity, ICLR 2019"
_GRASP = (
    "Wang, Zhang and Grosse, Picking Winning Tickets Before Training by Preserving Gradient Flow, ICLR 2020"
)
_TAYLOR = "Molchanov, Mallya, Tyree, Frosio and Kautz, Importance Estimation for Pruning, CVPR 2019"
_FISHER = (
    "LeCun, Denker and Solla, Optimal Brain Damage, NeurIPS 1989; "
    "Theis, Korshunova, Tejani and Huszár, Faster Gaze Prediction and Fisher Pruning, 2018 (arXiv 1801.05787)"
)
_MOVEMENT = "Sanh, Wolf and Rush, Movement Pruning: Adaptive Sparsity by Fine-Tuning, NeurIPS 2020"


def _examples(default: int, what: str) -> bench.Param:
    return bench.Param("batch_size", int, default, what, minimum=1)


def _batch_norm(default: str) -> bench.Param:
    return bench.Param(
        "batch_norm",
        str,
        default,
        "whose statistics normalise: those stored in training, or the batch's",
        choices=("stored", "batch"),
    )


def _snip(params: bench.Params) -> bench.Scorer:
    from bench_gradient.snip import snip  # noqa: PLC0415

    return snip(params["batch_size"], params["batch_norm"])


def _grasp(params: bench.Params) -> bench.Scorer:
    from bench_gradient.grasp import grasp  # noqa: PLC0415

    return grasp(params["batch_size"], params["batch_norm"], params["temperature"])


def _taylor(params: bench.Params) -> bench.Scorer:
    from bench_gradient.taylor import taylor  # noqa: PLC0415

    return taylor(params["batch_size"], params["batch_norm"], params["batches"])


def _fisher(params: bench.Params) -> bench.Scorer:
    from bench_gradient.fisher import fisher  # noqa: PLC0415

    return fisher(params["examples"])


def _movement(params: bench.Params) -> bench.Scorer:
    from bench_gradient.movement import movement  # noqa: PLC0415

    return movement(params["batch_size"], params["batch_norm"], params["steps"], params["lr"])


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `snip`, `grasp`, `taylor`, `fisher` and `movement`."""
    yield bench.Pruner(
        name="snip",
        summary="Removes the weights that the loss feels least: |gradient times weight| on one batch.",
        build=_snip,
        params=(_examples(128, "training examples for the gradient"), _batch_norm("stored")),
        cite=_SNIP,
    )
    yield bench.Pruner(
        name="grasp",
        summary="Removes the weights that the gradient flow needs least: weight x (Hessian x gradient).",
        build=_grasp,
        params=(
            _examples(256, "training examples for the gradient and the Hessian"),
            _batch_norm("batch"),
            bench.Param(
                "temperature", float, 200.0, "what logits are divided by, in classification", minimum=1e-6
            ),
        ),
        cite=_GRASP,
    )
    yield bench.Pruner(
        name="taylor",
        summary="Removes the weights of smallest (gradient times weight)², averaged over batches.",
        build=_taylor,
        params=(
            _examples(64, "training examples a batch"),
            _batch_norm("batch"),
            bench.Param("batches", int, 10, "batches to average over", minimum=1),
        ),
        cite=_TAYLOR,
    )
    yield bench.Pruner(
        name="fisher",
        summary="Removes the weights of least saliency by the diagonal of the Fisher matrix: w² E[g²] / 2.",
        build=_fisher,
        params=(
            bench.Param(
                "examples", int, 128, "training examples, each with a gradient of its own", minimum=1
            ),
        ),
        cite=_FISHER,
    )
    yield bench.Pruner(
        name="movement",
        summary="Removes the weights that move towards zero during a few training steps of a copy.",
        build=_movement,
        params=(
            _examples(64, "training examples a step"),
            _batch_norm("batch"),
            bench.Param("steps", int, 20, "steps of plain SGD on a copy", minimum=1),
            bench.Param("lr", float, 0.01, "their learning rate", minimum=0),
        ),
        cite=_MOVEMENT,
    )
