"""Counts and a semicircle: Pastur's equation, moments, and one-hot matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bench_dark_knowledge.counts_law import CountsLaw, counted_law, measured_law
from bench_dark_knowledge.distance import kolmogorov_smirnov
from bench_dark_knowledge.ensembles import accuracy_of, one_hot_eigenvalues


def test_one_place_gives_a_semicircle() -> None:
    law = CountsLaw(np.array([0.3]), np.array([1.0]), 0.25)
    x = 0.3 + np.linspace(-0.98, 0.98, 99)

    np.testing.assert_allclose(law.density(x), 2 / np.pi * np.sqrt(1 - (x - 0.3) ** 2), rtol=1e-8)
    assert law.edges == pytest.approx((-0.7, 1.3), abs=1e-3)


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.floats(-2, 2), min_size=1, max_size=6),
    st.floats(0.05, 2.0),
)
def test_the_density_solves_pastur_s_equation(places: list[float], variance: float) -> None:
    law = CountsLaw(np.array(places), np.full(len(places), 1 / len(places)), variance)
    x = np.linspace(*law.edges, 301)[1:-1]
    density = law.density(x)
    inside = density > 0.02 / np.sqrt(variance)
    x = x[inside]
    # The imaginary part of g is known; Newton finds the real part that solves the equation with it.
    u, _, at = law._curve
    g = (x - np.interp(x, at, u)) / variance - 1j * np.pi * density[inside]
    for _ in range(40):
        gap = x[:, None] - law.places - variance * g[:, None]
        value = (law.weights / gap).sum(1) - g
        g = g - value / (variance * (law.weights / gap**2).sum(1) - 1)

    np.testing.assert_allclose(-g.imag / np.pi, density[inside], rtol=1e-7)


@pytest.mark.parametrize("draw", ["poisson", "binomial"])
@pytest.mark.parametrize(("examples", "c"), [(1000, 0.3), (10_000, 0.6)])
def test_mass_and_two_moments_are_those_of_its_parts(draw, examples: int, c: float) -> None:
    accuracy = accuracy_of(c, 100)
    law = counted_law(100, examples, accuracy, draw)
    x = np.linspace(*law.edges, 20_001)
    density = law.density(x)

    assert np.trapezoid(density, x) == pytest.approx(1, abs=1e-4)
    assert np.trapezoid(x * density, x) == pytest.approx(c, abs=1e-4)
    variance = np.trapezoid((x - c) ** 2 * density, x)
    assert variance == pytest.approx(law.total_variance, rel=1e-3)
    if draw == "poisson":
        assert law.total_variance == pytest.approx(100 / examples * (1 + accuracy) / 2, rel=0.02)


@pytest.mark.parametrize(("balanced", "draw"), [(False, "poisson"), (True, "binomial")])
def test_one_hot_matrices_follow_law_c(balanced: bool, draw) -> None:
    generator = torch.Generator().manual_seed(0)
    accuracy = accuracy_of(0.6, 100)
    draws = [one_hot_eigenvalues(100, 10_000, accuracy, generator, balanced=balanced) for _ in range(8)]
    law = counted_law(100, 10_000, accuracy, draw)

    assert kolmogorov_smirnov(torch.cat(draws).numpy(), law.cdf) < 0.03


def test_measured_counts_give_the_mean_that_accuracy_fixes() -> None:
    right = np.array([0.1, 0.2, 0.05, 0.15])

    law = measured_law(right, 0.5, 4, 400)

    assert law.mean == pytest.approx((0.5 - 1 / 4) / (1 - 1 / 4))
    assert law.variance == pytest.approx(3 / 400 * 0.5 / 2)


def test_a_semicircle_of_no_size_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        CountsLaw(np.zeros(1), np.ones(1), 0.0)
