"""The generalised Marčenko–Pastur law: eigenvalues of the symmetrised cross-covariance of white matrices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
POINTS = 4001


@dataclass(frozen=True)
class WishartLaw:
    """The law of F = (XᵀY + YᵀX)/2N, for white X and Y of shape (N, C) whose entries correlate with c.

    F is p·W₁ − m·W₂ with free Wishart matrices, p = (1 + c)/2 and m = (1 − c)/2, so its R-transform is
    p/(1 − qpg) − m/(1 + qmg). With u = 1/g and k = (1 − c²)/4 the Stieltjes transform g(z) solves
    u³ − (z − c(1 − q))u² + (zqc + qk(2 − q))u + zq²k = 0 (Bouchaud and Potters, arXiv 2009.07113, treat
    the same ensemble). At c = 1 it is Marčenko–Pastur's; at c = 0 and small q nearly a semicircle.

    Args:
        q: columns over rows, C/N, above 0.
        c: the correlation, from −1 to 1.
    """

    q: float
    c: float

    def __post_init__(self) -> None:
        if not self.q > 0 or not -1 <= self.c <= 1:
            raise ValueError(f"q = {self.q} is not above 0, or c = {self.c} not from -1 to 1")

    @property
    def mean(self) -> float:
        """The first free cumulant, p − m = c."""
        return self.c

    @property
    def variance(self) -> float:
        """The second, q(p² + m²)."""
        return self.q * (1 + self.c**2) / 2

    @property
    def atom(self) -> float:
        """The mass at 0: F has rank 2N at most, and N where X = ±Y."""
        rank = 1 if abs(self.c) == 1 else 2
        return max(0.0, 1 - rank / self.q)

    def stieltjes(self, z: ArrayLike) -> NDArray[np.complex128]:
        """g(z) for real z, shape (…), on the side where its imaginary part is negative; 1/u of the cubic.

        Where no root is complex, z is outside the support, and g is that of the real root of largest
        modulus: it is right beyond both edges.
        """
        z = np.asarray(z, dtype=np.float64)
        companion = np.zeros((*z.shape, 3, 3))
        companion[..., 1, 0] = companion[..., 2, 1] = 1
        for power, coefficient in enumerate(self._cubic):
            companion[..., power, 2] = -coefficient(z)
        roots = np.linalg.eigvals(companion).astype(np.complex128)
        upper = np.take_along_axis(roots, roots.imag.argmax(-1)[..., None], -1)[..., 0]
        largest = np.take_along_axis(roots, np.abs(roots).argmax(-1)[..., None], -1)[..., 0]
        chosen = np.where(upper.imag > 0, upper, largest)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(np.abs(chosen) > 0, 1 / chosen, 0))

    def density(self, x: ArrayLike) -> Floats:
        """The density at x, shape (…), without the atom."""
        x = np.asarray(x, dtype=np.float64)
        inside = np.zeros(x.shape, dtype=bool)
        for low, high in self.intervals:
            inside |= (x > low) & (x < high)
        return np.asarray(np.where(inside, np.abs(self.stieltjes(x).imag) / np.pi, 0.0))

    @cached_property
    def intervals(self) -> tuple[tuple[float, float], ...]:
        """The support without the atom, as intervals from left to right."""
        if abs(self.c) == 1:
            ends = sorted(self.c * (1 + sign * np.sqrt(self.q)) ** 2 for sign in (-1, 1))
            return ((float(ends[0]), float(ends[1])),)
        roots = self._discriminant.roots()
        scale = max(1.0, float(np.abs(roots).max()))
        real = np.sort(roots[np.abs(roots.imag) < 1e-7 * scale].real)
        middles = (real[1:] + real[:-1]) / 2
        found: list[tuple[float, float]] = []
        for low, high, middle in zip(real[:-1], real[1:], middles, strict=True):
            if self._discriminant(middle) < 0:
                if found and found[-1][1] == low:
                    found[-1] = (found[-1][0], float(high))
                else:
                    found.append((float(low), float(high)))
        return tuple(found)

    @property
    def edges(self) -> tuple[float, float]:
        """a₋ and a₊, the ends of the support: outer sign changes of the cubic's discriminant in z."""
        return self.intervals[0][0], self.intervals[-1][1]

    def cdf(self, x: ArrayLike) -> Floats:
        """The share of eigenvalues up to x, shape (…), the atom included."""
        places, cumulated = self._cumulated
        x = np.asarray(x, dtype=np.float64)
        return np.asarray(np.interp(x, places, cumulated) + self.atom * (x >= 0))

    @cached_property
    def _cumulated(self) -> tuple[Floats, Floats]:
        """Places and the mass up to them, by the substitution that flattens square-root edges."""
        places, masses = [], []
        total = 0.0
        angle = np.linspace(-np.pi / 2, np.pi / 2, POINTS)
        for low, high in self.intervals:
            x = (low + high) / 2 + (high - low) / 2 * np.sin(angle)
            weight = self.density(x) * (high - low) / 2 * np.cos(angle)
            steps = np.concatenate([[0.0], (weight[1:] + weight[:-1]) / 2 * np.diff(angle)])
            masses.append(total + np.cumsum(steps))
            total = float(masses[-1][-1])
            places.append(x)
        return np.concatenate(places), np.concatenate(masses)

    @property
    def _cubic(self) -> tuple[Polynomial, Polynomial, Polynomial]:
        """The coefficients of u⁰, u¹ and u² as polynomials in z; that of u³ is 1."""
        q, c, k = self.q, self.c, (1 - self.c**2) / 4
        return (
            Polynomial([0, q**2 * k]),
            Polynomial([q * k * (2 - q), q * c]),
            Polynomial([c * (1 - q), -1]),
        )

    @cached_property
    def _discriminant(self) -> Polynomial:
        """Of the cubic in u, a quartic in z; negative where two roots are complex."""
        d, b, a = self._cubic
        return a**2 * b**2 - 4 * b**3 - 4 * a**3 * d - 27 * d**2 + 18 * a * b * d


def fitted(mean: float, variance: float, q: float) -> tuple[WishartLaw, float]:
    """The law of that q, and the factor of its eigenvalues, that have `mean` and `variance`.

    Raises:
        ValueError: where no correlation up to 1 makes the mean so large beside the deviation.
    """
    ratio = mean**2 / variance * q / 2
    if ratio > 0.5:
        raise ValueError(f"no law of q = {q} has mean {mean} and variance {variance}")
    c = float(np.copysign(np.sqrt(ratio / (1 - ratio)), mean))
    law = WishartLaw(q, min(max(c, -1.0), 1.0))
    return law, float(np.sqrt(variance / law.variance))
