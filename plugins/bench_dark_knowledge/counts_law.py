"""A diagonal of counts and a free semicircle: the spectrum of one-hot cross-covariances."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
POINTS = 4001
_HALVINGS = 60
_NEWTON = 30


@dataclass(frozen=True, eq=False)
class CountsLaw:
    """The free convolution of a discrete diagonal with a semicircle: a deformed Wigner matrix.

    Its Stieltjes transform solves Pastur's equation g(z) = Σ pₖ/(z − dₖ − s²g(z)). It is drawn from Biane's
    parametrisation: for real u let v be the largest number for which Σ pₖ/((u − dₖ)² + v²) = 1/s², or 0;
    then x = u + s² Σ pₖ(u − dₖ)/((u − dₖ)² + v²) grows with u, and the density at x is v/(πs²) (Biane, On
    the free convolution with a semi-circular distribution, 1997).

    Args:
        places: dₖ, shape (m,).
        weights: pₖ, shape (m,), which sum to 1.
        variance: s², of the semicircle, above 0.
    """

    places: Floats
    weights: Floats
    variance: float

    def __post_init__(self) -> None:
        if not self.variance > 0 or self.places.shape != self.weights.shape:
            raise ValueError("the semicircle's variance is above 0, and every place has a weight")

    @property
    def mean(self) -> float:
        """The diagonal's."""
        return float(self.weights @ self.places)

    @property
    def total_variance(self) -> float:
        """The diagonal's and the semicircle's together."""
        return float(self.weights @ (self.places - self.mean) ** 2) + self.variance

    def density(self, x: ArrayLike) -> Floats:
        """The density at x, shape (…): the curve, polished by Newton steps on Pastur's equation."""
        x = np.asarray(x, dtype=np.float64)
        u, v, places = self._curve
        w = np.interp(x, places, u) + 1j * np.interp(x, places, v)
        inside = w.imag > 0
        for _ in range(_NEWTON):
            gap = w[..., None] - self.places
            value = w + self.variance * (self.weights / gap).sum(-1) - x
            slope = 1 - self.variance * (self.weights / gap**2).sum(-1)
            step = np.divide(value, slope, out=np.zeros_like(w), where=np.abs(slope) > 1e-12)
            moved = w - step
            w = np.where(inside & (moved.imag > 0), moved, w)
        return np.asarray(np.where(inside, w.imag, 0.0) / (np.pi * self.variance))

    @property
    def edges(self) -> tuple[float, float]:
        """The ends of the support, to the grid's fineness."""
        _, v, places = self._curve
        inside = np.flatnonzero(v > 0)
        return float(places[max(inside[0] - 1, 0)]), float(places[min(inside[-1] + 1, len(v) - 1)])

    def cdf(self, x: ArrayLike) -> Floats:
        """The share of eigenvalues up to x, shape (…); the curve's mass, 1 but for the grid, is made 1."""
        _, v, places = self._curve
        mass = (v[1:] + v[:-1]) / 2 * np.diff(places) / (np.pi * self.variance)
        cumulated = np.concatenate([[0.0], np.cumsum(mass)])
        return np.asarray(np.interp(np.asarray(x, dtype=np.float64), places, cumulated / cumulated[-1]))

    @cached_property
    def _curve(self) -> tuple[Floats, Floats, Floats]:
        """u, v and x, each shape (points,)."""
        reach = 1.01 * np.sqrt(self.variance)
        u = _around(self.places, reach)
        squares = (u[:, None] - self.places) ** 2
        low, high = np.zeros(len(u)), np.full(len(u), np.sqrt(self.variance))
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            with np.errstate(divide="ignore"):
                above = (self.weights / (squares + middle[:, None] ** 2)).sum(1) > 1 / self.variance
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        v = np.where(low > 0, (low + high) / 2, 0.0)
        sums = (self.weights * (u[:, None] - self.places) / (squares + v[:, None] ** 2 + 1e-300)).sum(1)
        return u, v, np.maximum.accumulate(u + self.variance * sums)


def _around(places: Floats, reach: float) -> Floats:
    """A grid that is fine near every place, off the places themselves, shape (points,)."""
    low, high = places.min() - reach, places.max() + reach
    return np.asarray(np.linspace(low, high, POINTS) + (high - low) / POINTS * 0.318)


def counted_law(
    classes: int, examples: int, accuracy: float, draw: Literal["poisson", "binomial"]
) -> CountsLaw:
    """Law C: of C·H on 1⊥, for one-hot labels and answers that are right with chance `accuracy`.

    The counts of right answers a class are Poisson where labels are drawn at random, and binomial where
    classes are equally frequent; wrong answers make a semicircle of variance q(1 − accuracy)/2.

    Args:
        classes: C.
        examples: N.
        accuracy: the chance that an answer is right, from 0 up to 1, 1 excluded.
        draw: how the counts vary.
    """
    from scipy import stats  # noqa: PLC0415 - the law itself needs none of it

    each = examples / classes
    law = stats.poisson(each * accuracy) if draw == "poisson" else stats.binom(round(each), accuracy)
    counts = np.arange(int(law.ppf(1e-12)), int(law.ppf(1 - 1e-12)) + 1)
    weights = law.pmf(counts)
    return measured_law(counts / examples, accuracy, classes, examples, weights / weights.sum())


def measured_law(
    right: Floats, accuracy: float, classes: int, examples: int, weights: Floats | None = None
) -> CountsLaw:
    """Law D2: as law C, with the measured shares of right answers by class in place of their law.

    Args:
        right: of all examples, the shares that are of a class and answered rightly, shape (m,).
        accuracy: their sum over the classes, which sets the semicircle.
        classes: C.
        examples: N.
        weights: of the shares; all equal where not given.
    """
    if weights is None:
        right, times = np.unique(right, return_counts=True)
        weights = times / times.sum()
    others = (1 - accuracy) / (classes - 1)
    variance = (classes - 1) / examples * (1 - accuracy) / 2
    return CountsLaw(np.asarray(classes * right - others, dtype=np.float64), weights, variance)
