"""The paper's statements as residuals: how far the two sides of each are apart, on real answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from bench_dark_knowledge.matrices import (
    blend,
    cross,
    means_product,
    one_hot,
    sharpened,
    softened,
    symmetrised,
)


@dataclass(frozen=True)
class Answered:
    """Labels Y (N, C), and the logits (N, C) of student and teacher; all float64.

    `gamma` sharpens the student; 0 is the limit, the argmax.
    """

    labels: Tensor
    student: Tensor
    teacher: Tensor
    temperature: float
    alpha: float
    gamma: float = 0.0

    def answers(self, temperature: float) -> Tensor:
        """P_γτ of the student, for τ = `temperature`."""
        if self.gamma == 0:
            return sharpened(self.student)
        return softened(self.student, self.gamma * temperature)

    @cached_property
    def soft_labels(self) -> Tensor:
        """P̂_T: the teacher is not sharpened."""
        return softened(self.teacher, self.temperature)

    @property
    def accuracy(self) -> float:
        """The student's, by its largest logit; ties count in parts."""
        return float((self.labels * sharpened(self.student)).sum() / len(self.labels))

    def h(self, temperature: float) -> Tensor:
        """H_γτ of equation 5: labels with answers."""
        return cross(self.labels, self.answers(temperature))

    def h_hat(self, temperature: float) -> Tensor:
        """Ĥ_γτ of equation 6: the teacher's answers at T with the student's."""
        return cross(self.soft_labels, self.answers(temperature))

    @cached_property
    def dual_pair(self) -> tuple[Tensor, Tensor]:
        """Y_dual and P_dual of equations 3 and 4, the hat put back and the student sharpened."""
        T, alpha = self.temperature, self.alpha
        wanted = blend(self.labels, self.soft_labels, T, alpha)
        return wanted, blend(self.answers(1.0), self.answers(T), T, alpha)


def lemma_1(given: Answered) -> float:
    """|Tr(PᵀY)/N − accuracy| at `given.gamma`; 0 in the limit."""
    return abs(
        float((given.labels * given.answers(given.temperature)).sum()) / len(given.labels) - given.accuracy
    )


def proposition_3(given: Answered, *, constant: bool) -> float:
    """|Tr H + 1/C − accuracy| in the limit, by equation 9 with its trace.

    Args:
        given: what was answered.
        constant: whether to centre by 1/C, which is exact for all labels, or by column means, which
            is exact where labels are equally frequent.
    """
    classes = given.labels.shape[1]
    labels, answers = given.labels, sharpened(given.student)
    if constant:
        trace = float(((labels - 1 / classes) * (answers - 1 / classes)).sum()) / len(labels)
    else:
        trace = float(cross(labels, answers).trace())
    return abs(trace + 1 / classes - given.accuracy)


def equation_11(given: Answered, *, printed: bool) -> float:
    """The largest entry of the difference of both sides of equation 11, as C×C matrices.

    With the mean term written out for 1/C. `printed` takes the factor α of the cross terms as it is
    printed; the product of equations 3 and 4 has Tα.
    """
    T, alpha = given.temperature, given.alpha
    wanted, answered = given.dual_pair
    left = symmetrised(wanted.T @ answered) / len(wanted)
    factor = alpha if printed else T * alpha
    middle = given.h(T) + given.h_hat(1.0)
    bulk = T**2 * given.h(1.0) + factor * middle + alpha**2 * given.h_hat(T)
    right = means_product(wanted, answered) + bulk / (T + alpha) ** 2
    return float((left - right).abs().max())


def proposition_4(given: Answered) -> float:
    """Equation 10 minus the accuracy: what scoring against Y_dual, not Y, is off by."""
    wanted, answered = given.dual_pair
    return float((wanted * answered).sum()) / len(wanted) - given.accuracy


@dataclass(frozen=True)
class Traces:
    """Ingredients of equation 12: g = Tr H_γT/(T·Tr H_γ) and χ = Tr Ĥ_γ/Tr H_γ."""

    g: float
    chi: float

    @classmethod
    def of(cls, given: Answered) -> Traces:
        """Those of `given`; in the limit γ → 0 g is 1/T."""
        base = float(given.h(1.0).trace())
        own = float(given.h(given.temperature).trace())
        return cls(own / (given.temperature * base), float(given.h_hat(1.0).trace()) / base)


def equation_12(traces: Traces, temperature: float, alpha: float, *, printed: bool) -> float:
    """R: accuracy above chance of the distilled student over the baseline's.

    Repaired: T[1 + αg][T + αχ]/(T + α)². As printed, T[1 + αg][1 + αχ]/(T + α)², which is 1/T at α = 0.
    The paper's own g(a₋, a₊, T) is in an appendix that is not public.
    """
    T, first = temperature, 1.0 if printed else temperature
    return T * (1 + alpha * traces.g) * (first + alpha * traces.chi) / (T + alpha) ** 2


def factorised_11(traces: Traces, temperature: float, alpha: float) -> float:
    """(11) over Tr H_γ where Tr Ĥ_γT·Tr H_γ = Tr H_γT·Tr Ĥ_γ: what (12) must then equal."""
    T, own = temperature, traces.g * temperature
    numerator = T**2 + T * alpha * (own + traces.chi) + alpha**2 * own * traces.chi
    return numerator / (T + alpha) ** 2


def calibrated(student: Tensor, teacher: Tensor, temperature: float, accuracy: float) -> float:
    """E P̂_T(argmax of the student) − accuracy: 0 for a teacher that is calibrated at T."""
    chosen = (softened(teacher, temperature) * sharpened(student)).sum(1)
    return float(chosen.mean()) - accuracy


def teacher_trace(teacher: Tensor, answered: Tensor, temperature: float) -> float:
    """Tr Ĥ_T in the limit of sharp answers (S, n), a mean over students, for a teacher's logits (n, C).

    It is E P̂_T(answer) less the product of the column means.
    """
    soft = softened(teacher, temperature)
    found = []
    for own in answered:
        shares = one_hot(own, soft.shape[1]).mean(0)
        found.append(float(soft.gather(1, own[:, None]).mean() - soft.mean(0) @ shares))
    return sum(found) / len(found)


def best_temperature(teacher: Tensor, targets: Tensor) -> float:
    """T*: the temperature at which a teacher's logits (n, C) give the labels (n,) most likelihood.

    Searched by ternary division of log T between 1/16 and 16, in which the loss of −z/T is unimodal.
    """
    low, high = -4.0, 4.0

    def loss(exponent: float) -> float:
        scores = torch.log_softmax(teacher.double() / 2**exponent, 1)
        return -float(scores.gather(1, targets[:, None]).mean())

    while high - low > 1e-4:
        first, second = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, second) if loss(first) < loss(second) else (first, high)
    return float(2 ** ((low + high) / 2))
