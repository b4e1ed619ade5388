"""The measure `distilled-student`: what a student answers, and what predictors must know of it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

import bench
from bench_dark_knowledge.classroom import halves
from bench_dark_knowledge.examples import answers, classification, normalised
from bench_dark_knowledge.identities import best_temperature
from bench_dark_knowledge.matrices import one_hot, softened


def build(params: bench.Params) -> bench.MeasureFunction:
    """The measure, for the temperatures of the grid."""

    def measure(given: bench.MeasureInput) -> bench.Measured:
        classification(given)
        if given.teacher is None:
            raise bench.Unsupported("the suite has no teacher whose answers a student could have learnt")
        return _measured(given, given.teacher, params["temperatures"])

    return measure


@torch.no_grad()
def _measured(given: bench.MeasureInput, teacher: nn.Module, temperatures: Sequence[float]) -> bench.Measured:
    inputs = normalised(given.data.test.inputs, given)
    targets = given.data.test.targets.to(inputs.device)
    student, taught = (answers(model, inputs) for model in (given.final, teacher))
    held, test = (places.to(inputs.device) for places in halves(given.data.test.targets))
    answered = student.argmax(1)
    right, known = answered == targets, taught.argmax(1) == targets
    metrics = {
        "distilled_classes": given.data.num_classes,
        "distilled_parameters": _count(given.final),
        "distilled_held_accuracy": _share(right[held]),
        "distilled_test_accuracy": _share(right[test]),
        "distilled_teacher_parameters": _count(teacher),
        "distilled_teacher_accuracy": _share(known[test]),
        "distilled_teacher_temperature": best_temperature(taught[held], targets[held]),
    }
    traces = [trace(answered[held], softened(taught[held], one)) for one in temperatures]
    curves = {"distilled_temperatures": list(temperatures), "distilled_h_hat": traces}
    return bench.Measured(metrics, curves=curves)


def trace(answered: Tensor, soft: Tensor) -> float:
    """Tr Ĥ_T in the limit of sharp answers, for answers (n,) and a teacher's softened ones (n, C).

    E P̂_T(answer), less the product of column means.
    """
    shares = one_hot(answered, soft.shape[1]).mean(0)
    return float(soft.gather(1, answered[:, None]).mean() - soft.mean(0) @ shares)


def _share(right: Tensor) -> float:
    return float(right.double().mean())


def _count(model: nn.Module) -> int:
    return sum(part.numel() for part in model.parameters())
