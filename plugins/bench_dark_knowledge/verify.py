"""The measure `distillation-identities`: every statement of the paper, on a trained teacher and a student."""

from __future__ import annotations

import torch
from torch import Tensor

import bench
from bench_dark_knowledge import duality
from bench_dark_knowledge.examples import answers, classification, normalised
from bench_dark_knowledge.identities import (
    Answered,
    Traces,
    equation_11,
    equation_12,
    factorised_11,
    lemma_1,
    proposition_3,
    proposition_4,
)
from bench_dark_knowledge.matrices import one_hot, softened
from bench_dark_knowledge.names import IDENTITIES

SEED = 7
HOT = 1e9
EXAMPLES = 2000


def build(params: bench.Params) -> bench.MeasureFunction:
    """The measure, for a temperature, an α, a student's width and its steps."""

    def measure(given: bench.MeasureInput) -> bench.Measured:
        classification(given)
        return bench.Measured(given.once("identities", lambda: _residuals(given, params)))

    return measure


def _residuals(given: bench.MeasureInput, params: bench.Params) -> dict[str, float]:
    T, alpha = params["temperature"], params["alpha"]
    train = given.data.train
    seen = _answered(given, bench.Split(train.inputs[:EXAMPLES], train.targets[:EXAMPLES]))
    lesson = duality.Lesson(*seen, T, alpha)
    students = {
        name: duality.trained(loss, lesson, params["hidden"], params["steps"], SEED)
        for name, loss in (
            ("", duality.distilled_loss),
            ("lemma2", duality.dual_loss),
            ("lemma2_unhatted", duality.unhatted_loss),
            ("lemma2_reversed", duality.reversed_loss),
            ("lemma2_cross_entropy", duality.cross_entropy_loss),
        )
    }
    student = students.pop("")
    inputs, labels, teacher = _answered(given, given.data.test)
    found = Answered(labels, duality.logits_of(student, inputs), teacher, T, alpha)
    numbers = {name: _apart(student, other) for name, other in students.items()} | _of(found)
    assert numbers.keys() == set(IDENTITIES)  # noqa: S101 - what the component declares
    return numbers


def _of(limit: Answered) -> dict[str, float]:
    T, alpha = limit.temperature, limit.alpha
    soft = Answered(limit.labels, limit.student, limit.teacher, T, alpha, gamma=1.0)
    traces, sharp, uneven = Traces.of(soft), Traces.of(limit), _uneven(limit)
    return {
        "lemma1": lemma_1(limit),
        "lemma1_unsharpened": lemma_1(soft),
        "prop3_means": proposition_3(limit, constant=False),
        "prop3_constant": proposition_3(limit, constant=True),
        "prop3_means_uneven": proposition_3(uneven, constant=False),
        "prop3_constant_uneven": proposition_3(uneven, constant=True),
        "eq11": max(equation_11(given, printed=False) for given in (limit, soft)),
        "eq11_printed": equation_11(soft, printed=True),
        "prop4_gap": proposition_4(limit),
        "eq12": abs(equation_12(traces, T, alpha, printed=False) - factorised_11(traces, T, alpha)),
        "eq12_printed": abs(equation_12(traces, T, alpha, printed=True) - factorised_11(traces, T, alpha)),
        "eq12_no_teacher": equation_12(traces, T, 0.0, printed=False),
        "eq12_no_teacher_printed": equation_12(traces, T, 0.0, printed=True),
        "eq12_hot": equation_12(_at(traces, T, HOT), HOT, alpha, printed=False),
        "eq12_hot_printed": equation_12(_at(traces, T, HOT), HOT, alpha, printed=True),
        "eq12_sharp": equation_12(sharp, T, alpha, printed=False) - (T + alpha * sharp.chi) / (T + alpha),
        "eq12_sharp_printed": equation_12(sharp, T, alpha, printed=True)
        - (T + alpha * sharp.chi) / (T + alpha),
        "eq1_doubled": _soft_gradient(limit, 2 * T) / _soft_gradient(limit, T),
    }


def _at(traces: Traces, temperature: float, other: float) -> Traces:
    """The traces at another temperature, if those of the matrices stay: g falls as 1/T."""
    return Traces(traces.g * temperature / other, traces.chi)


def _soft_gradient(given: Answered, temperature: float) -> float:
    """The mean length of P_T − P̂_T, which times w is the soft part of equation 1's gradient by the logits."""
    apart = softened(given.student, temperature) - softened(given.teacher, temperature)
    return float(apart.norm(dim=1).mean())


def _uneven(given: Answered) -> Answered:
    """All examples of the first half of the classes, and every third of the others."""
    classes = given.labels.shape[1]
    place = torch.arange(len(given.labels))
    kept = (given.labels.argmax(1) < classes // 2) | (place % 3 == 0)
    return Answered(
        given.labels[kept], given.student[kept], given.teacher[kept], given.temperature, given.alpha
    )


def _answered(given: bench.MeasureInput, split: bench.Split) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs (n, d), labels and the teacher's logits (n, C) of a split, float64 on the CPU."""
    inputs = normalised(split.inputs, given)
    teacher = answers(given.dense, inputs).double().cpu()
    labels = one_hot(split.targets.cpu(), given.data.num_classes)
    return inputs.flatten(1).double().cpu(), labels, teacher


def _apart(one: list[Tensor], other: list[Tensor]) -> float:
    return float(torch.stack([(a - b).abs().max() for a, b in zip(one, other, strict=True)]).max())
