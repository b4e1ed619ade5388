"""Spectra of trained students' confusion, held against the laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bench_dark_knowledge.counts_law import CountsLaw, measured_law
from bench_dark_knowledge.distance import kolmogorov_smirnov
from bench_dark_knowledge.matrices import bulk_eigenvalues, cross, one_hot
from bench_dark_knowledge.wishart_law import WishartLaw, fitted

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of C·H on 1⊥ in the limit γ → 0, pooled, and the laws beside them.

    Args:
        q: (C − 1)/N.
        values: of all students and samples, shape (S·samples·(C − 1),).
        cubic: the law that accuracy fixes (proposition 8 ii), c = (acc − 1/C)/(1 − 1/C).
        counts: law D2, the measured counts of right answers by class and a semicircle, or None where
            every answer is right.
    """

    q: float
    values: Floats
    cubic: WishartLaw
    counts: CountsLaw | None

    @property
    def ks_cubic(self) -> float:
        """The distance from the law that accuracy fixes."""
        return kolmogorov_smirnov(self.values, self.cubic.cdf)

    @property
    def ks_counts(self) -> float | None:
        """The distance from law D2."""
        return kolmogorov_smirnov(self.values, self.counts.cdf) if self.counts else None

    @property
    def fit(self) -> tuple[WishartLaw, float] | None:
        """The law, and a scale, of the same mean and variance; None where there is none."""
        try:
            return fitted(float(self.values.mean()), float(self.values.var()), self.q)
        except (ValueError, ZeroDivisionError):
            return None

    @property
    def ks_fitted(self) -> float | None:
        """The distance from that law."""
        if self.fit is None:
            return None
        law, scale = self.fit
        return kolmogorov_smirnov(self.values / scale, law.cdf)


def spectrum(
    predictions: Tensor, targets: Tensor, classes: int, examples: int = 0, samples: int = 1
) -> Spectrum:
    """The spectrum of students' answers to labels.

    Args:
        predictions: shape (S, n).
        targets: shape (n,).
        classes: C.
        examples: N, how many examples a matrix is made of; 0 takes them all.
        samples: how many matrices a student are pooled, each of the next N examples, as far as there are.
    """
    count = min(examples, len(targets)) if examples else len(targets)
    used = count * min(samples, len(targets) // count)
    targets, predictions = targets[:used].cpu(), predictions[:, :used].cpu()
    values, shares = [], []
    for asked, answers in zip(torch.split(targets, count), torch.split(predictions, count, 1), strict=True):
        labels = one_hot(asked, classes)
        for answered in answers:
            values.append(bulk_eigenvalues(classes * cross(labels, one_hot(answered, classes))).numpy())
            right = torch.bincount(asked[answered == asked], minlength=classes)
            shares.append((right.double() / count).numpy())
    accuracy = float((predictions == targets).double().mean())
    c = (accuracy - 1 / classes) / (1 - 1 / classes)
    q = (classes - 1) / count
    law = measured_law(np.concatenate(shares), accuracy, classes, count) if accuracy < 1 else None
    return Spectrum(q, np.concatenate(values), WishartLaw(q, max(-1.0, c)), law)


def densities(found: Spectrum, points: int) -> tuple[Floats, Floats, Sequence[float | None]]:
    """Places over values and laws, and the densities there of the cubic law and of D2."""
    ends = [found.cubic.edges, (found.values.min(), found.values.max())]
    if found.counts:
        ends.append(found.counts.edges)
    x = np.linspace(min(low for low, _ in ends), max(high for _, high in ends), points)
    counts = found.counts.density(x).tolist() if found.counts else [None] * points
    return x, found.cubic.density(x), counts
