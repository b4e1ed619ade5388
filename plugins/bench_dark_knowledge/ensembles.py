"""Random matrices whose laws are known: Gaussian ones, and one-hot labels with answers."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from bench_dark_knowledge.matrices import bulk_eigenvalues, cross, one_hot


def gaussian_eigenvalues(classes: int, examples: int, correlation: float, generator: Generator) -> Tensor:
    """Eigenvalues (classes,) of (XᵀY + YᵀX)/2N for Gaussian X and Y of that correlation."""
    shape = (examples, classes)
    first = torch.randn(shape, generator=generator, dtype=torch.float64)
    noise = torch.randn(shape, generator=generator, dtype=torch.float64)
    second = correlation * first + (1 - correlation**2) ** 0.5 * noise
    product = first.T @ second / examples
    values: Tensor = torch.linalg.eigvalsh((product + product.T) / 2)
    return values


def one_hot_eigenvalues(
    classes: int, examples: int, accuracy: float, generator: Generator, *, balanced: bool
) -> Tensor:
    """Eigenvalues (classes − 1,) of C·H on 1⊥, for answers that err evenly over the other classes.

    Args:
        classes: C.
        examples: N.
        accuracy: the chance that an answer is right.
        generator: of labels and answers.
        balanced: whether labels are equally frequent, instead of drawn at random.
    """
    if balanced:
        labels = torch.arange(examples) % classes
    else:
        labels = torch.randint(classes, (examples,), generator=generator)
    right = torch.rand(examples, generator=generator, dtype=torch.float64) < accuracy
    other = (labels + torch.randint(1, classes, (examples,), generator=generator)) % classes
    answers = torch.where(right, labels, other)
    return bulk_eigenvalues(classes * cross(one_hot(labels, classes), one_hot(answers, classes)))


def accuracy_of(correlation: float, classes: int) -> float:
    """The accuracy whose share above chance is `correlation`: c = (acc − 1/C)/(1 − 1/C)."""
    return correlation + (1 - correlation) / classes
