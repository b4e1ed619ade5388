"""Lemma 2: a distilled student, and its dual, which sees blended labels and answers with a blend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Generator, Tensor
from torch.nn import functional

from bench_dark_knowledge.matrices import blend, softened

RATE = 0.1
MOMENTUM = 0.9
BATCH = 50


@dataclass(frozen=True)
class Lesson:
    """What a student learns from, all float64: inputs (n, d), labels and teacher's logits (n, C)."""

    inputs: Tensor
    labels: Tensor
    teacher: Tensor
    temperature: float
    alpha: float

    def part(self, index: Tensor) -> Lesson:
        """A batch."""
        return Lesson(
            self.inputs[index], self.labels[index], self.teacher[index], self.temperature, self.alpha
        )


Rule = Callable[[Tensor, Lesson], Tensor]


def distilled_loss(logits: Tensor, lesson: Lesson) -> Tensor:
    """Equation 1 with KL(P̂_T ‖ P_T), the teacher's first: a mean over examples."""
    return _loss(logits, lesson, swapped=False)


def reversed_loss(logits: Tensor, lesson: Lesson) -> Tensor:
    """Equation 1 in the order in which it is printed, KL(P_T ‖ P̂_T): the student's first."""
    return _loss(logits, lesson, swapped=True)


def potential(logits: Tensor, temperature: float, alpha: float) -> Tensor:
    """A(z) = [T·lse(z) + αT·lse(z/T)]/(T + α), shape (n,), whose gradient by the logits is P_dual.

    A(z) − ⟨Y_dual, z⟩ is the Fenchel–Young loss that trains the dual.
    """
    hard = torch.logsumexp(logits, 1)
    soft = torch.logsumexp(logits / temperature, 1)
    return (temperature * hard + alpha * temperature * soft) / (temperature + alpha)


def dual_loss(logits: Tensor, lesson: Lesson) -> Tensor:
    """The dual's: its gradient by an example's logits is P_dual − Y_dual, with P̂_T in Y_dual."""
    soft = softened(lesson.teacher, lesson.temperature)
    return _fenchel_young(logits, lesson, soft)


def unhatted_loss(logits: Tensor, lesson: Lesson) -> Tensor:
    """The dual's with Y_dual as equation 3 is printed: the student's own P_T for the teacher's."""
    return _fenchel_young(logits, lesson, softened(logits.detach(), lesson.temperature))


def cross_entropy_loss(logits: Tensor, lesson: Lesson) -> Tensor:
    """The cross-entropy of P_dual with Y_dual: what 'training the dual' does not mean."""
    T, alpha = lesson.temperature, lesson.alpha
    answered = blend(torch.softmax(logits, 1), torch.softmax(logits / T, 1), T, alpha)
    wanted = blend(lesson.labels, softened(lesson.teacher, T), T, alpha)
    return -(wanted * answered.log()).sum(1).mean()


def trained(loss: Rule, lesson: Lesson, hidden: int, steps: int, seed: int) -> list[Tensor]:
    """The parameters of a perceptron of one hidden layer after some steps of SGD with momentum.

    All rules start from the same weights and see the same batches for equal seeds.
    """
    generator = Generator().manual_seed(seed)
    weights = perceptron((lesson.inputs.shape[1], hidden, lesson.labels.shape[1]), generator)
    weights = [weight.to(lesson.inputs.device).requires_grad_() for weight in weights]
    optimizer = torch.optim.SGD(weights, lr=RATE, momentum=MOMENTUM)
    with torch.enable_grad():
        for _ in range(steps):
            index = torch.randint(len(lesson.inputs), (BATCH,), generator=generator)
            part = lesson.part(index.to(lesson.inputs.device))
            optimizer.zero_grad()
            loss(logits_of(weights, part.inputs), part).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return [weight.detach() for weight in weights]


def perceptron(widths: Sequence[int], generator: Generator) -> list[Tensor]:
    """Weights (out, in + 1) of linear layers, float64, He-normal with biases of zero in the last column."""
    found = []
    for fan_in, fan_out in pairwise(widths):
        weight = torch.randn(fan_out, fan_in, generator=generator, dtype=torch.float64)
        found.append(torch.cat([weight * (2 / fan_in) ** 0.5, torch.zeros(fan_out, 1).double()], 1))
    return found


def logits_of(weights: Sequence[Tensor], inputs: Tensor) -> Tensor:
    """What the perceptron makes of inputs (n, d): logits (n, C)."""
    signal = inputs
    for number, weight in enumerate(weights):
        signal = (signal.relu() if number else signal) @ weight[:, :-1].T + weight[:, -1]
    return signal


def _loss(logits: Tensor, lesson: Lesson, *, swapped: bool) -> Tensor:
    T, alpha = lesson.temperature, lesson.alpha
    hard = -(lesson.labels * torch.log_softmax(logits, 1)).sum(1).mean()
    student, teacher = torch.log_softmax(logits / T, 1), torch.log_softmax(lesson.teacher / T, 1)
    first, second = (student, teacher) if swapped else (teacher, student)
    soft = functional.kl_div(second, first, reduction="batchmean", log_target=True)
    return (hard + alpha * soft) / (1 + alpha / T)


def _fenchel_young(logits: Tensor, lesson: Lesson, soft: Tensor) -> Tensor:
    T, alpha = lesson.temperature, lesson.alpha
    wanted = blend(lesson.labels, soft, T, alpha)
    return (potential(logits, T, alpha) - (wanted * logits).sum(1)).mean()
