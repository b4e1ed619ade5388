"""The generalised Marčenko–Pastur law: limits, edges, moments, mass, and random matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from bench_dark_knowledge.distance import kolmogorov_smirnov
from bench_dark_knowledge.ensembles import gaussian_eigenvalues
from bench_dark_knowledge.wishart_law import WishartLaw, fitted

RATIOS = st.floats(0.005, 1.8) | st.floats(2.2, 6.0)
CORRELATIONS = st.floats(-0.97, 0.97)
FEW = settings(deadline=None, max_examples=25)


def integrated(law: WishartLaw, of) -> float:
    """The integral of `of` under the density, square-root edges flattened."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 3001)
    total = 0.0
    for low, high in law.intervals:
        x = (low + high) / 2 + (high - low) / 2 * np.sin(angle)
        total += np.trapezoid(of(x) * law.density(x) * (high - low) / 2 * np.cos(angle), angle)
    return float(total)


@FEW
@given(RATIOS, CORRELATIONS)
def test_mass_and_two_moments_are_those_of_the_cumulants(q: float, c: float) -> None:
    law = WishartLaw(q, c)

    assert integrated(law, np.ones_like) + law.atom == pytest.approx(1, abs=2e-4)
    assert integrated(law, lambda x: x) == pytest.approx(law.mean, abs=2e-4 * (1 + q))
    second = integrated(law, lambda x: x**2)
    assert second == pytest.approx(law.variance + law.mean**2, abs=1e-3 * (1 + q) ** 2)


@pytest.mark.parametrize(
    ("q", "c", "low", "high"),
    [
        (0.1, 0.05, -0.401, 0.515),
        (0.1, 0.3, -0.134, 0.815),
        (0.1, 0.6, 0.149, 1.197),
        (0.5, 0.05, -1.021, 1.182),
        (0.5, 0.3, -0.643, 1.608),
        (0.5, 0.6, -0.255, 2.150),
        (0.01, 0.05, -0.091, 0.193),
        (0.01, 0.3, 0.156, 0.452),
        (0.01, 0.6, 0.442, 0.772),
    ],
)
def test_edges_are_those_listed(q: float, c: float, low: float, high: float) -> None:
    assert WishartLaw(q, c).edges == pytest.approx((low, high), abs=6e-4)


@FEW
@given(st.floats(0.005, 0.95), st.floats(-0.9, 0.9))
def test_edges_are_where_z_of_g_turns(q: float, c: float) -> None:
    p, m = (1 + c) / 2, (1 - c) / 2

    def z(g: float) -> float:
        return 1 / g + p / (1 - q * p * g) - m / (1 + q * m * g)

    def slope(g: float) -> float:
        return -1 / g**2 + q * p**2 / (1 - q * p * g) ** 2 + q * m**2 / (1 + q * m * g) ** 2

    high = brentq(slope, 1e-9, (1 - 1e-9) / (q * p), xtol=1e-14)
    low = brentq(slope, -(1 - 1e-9) / (q * m), -1e-9, xtol=1e-14)

    assert WishartLaw(q, c).edges == pytest.approx((z(low), z(high)), abs=1e-6)


@pytest.mark.parametrize("q", [0.1, 0.7, 3.0])
def test_full_correlation_is_marchenko_and_pastur_s_law(q: float) -> None:
    law = WishartLaw(q, 1.0)
    low, high = (1 - np.sqrt(q)) ** 2, (1 + np.sqrt(q)) ** 2
    x = np.linspace(low + 1e-6, high - 1e-6, 501)

    np.testing.assert_allclose(
        law.density(x), np.sqrt((high - x) * (x - low)) / (2 * np.pi * q * x), rtol=1e-6
    )
    assert law.atom == pytest.approx(max(0.0, 1 - 1 / q))
    np.testing.assert_allclose(WishartLaw(q, -1.0).density(-x), law.density(x), rtol=1e-9)


def test_independence_at_small_q_is_nearly_a_semicircle() -> None:
    q = 1e-5
    law = WishartLaw(q, 0.0)
    radius = 2 * np.sqrt(law.variance)
    x = np.linspace(-0.99, 0.99, 199) * radius
    semicircle = 2 / (np.pi * radius**2) * np.sqrt(radius**2 - x**2)

    np.testing.assert_allclose(law.density(x), semicircle, rtol=1e-3)


@FEW
@given(RATIOS, CORRELATIONS)
def test_the_stieltjes_transform_inverts_its_r_transform_off_the_support(q: float, c: float) -> None:
    law = WishartLaw(q, c)
    p, m = (1 + c) / 2, (1 - c) / 2
    z = np.array([law.edges[0] - 0.5, law.edges[1] + 0.5])
    g = law.stieltjes(z).real

    np.testing.assert_allclose(1 / g + p / (1 - q * p * g) - m / (1 + q * m * g), z, rtol=1e-8)


@FEW
@given(RATIOS, CORRELATIONS)
def test_the_other_sign_of_the_correlation_is_the_mirror_image(q: float, c: float) -> None:
    law, mirrored = WishartLaw(q, c), WishartLaw(q, -c)
    x = np.linspace(*law.edges, 41)[1:-1]

    np.testing.assert_allclose(mirrored.density(-x), law.density(x), rtol=1e-5, atol=1e-6)


def test_more_columns_than_twice_the_rows_leave_an_atom_at_zero() -> None:
    law = WishartLaw(4.0, 0.3)

    assert law.atom == 0.5
    assert law.cdf(1e-9) - law.cdf(-1e-9) == pytest.approx(0.5, abs=1e-6)
    seen = gaussian_eigenvalues(200, 50, 0.3, torch.Generator().manual_seed(0)).numpy()
    assert (np.abs(seen) < 1e-9).mean() == 0.5


@pytest.mark.parametrize(("q", "c"), [(0.02, 0.3), (0.5, 0.05), (0.5, 0.6), (2.5, -0.4)])
def test_gaussian_matrices_follow_the_law(q: float, c: float) -> None:
    generator = torch.Generator().manual_seed(1)
    draws = [gaussian_eigenvalues(100, round(100 / q), c, generator).numpy() for _ in range(8)]
    law = WishartLaw(q, c)
    seen = np.concatenate(draws)

    assert kolmogorov_smirnov(seen[np.abs(seen) > 1e-9], lambda x: _without_atom(law, x)) < 0.02


def _without_atom(law: WishartLaw, x):
    return (law.cdf(x) - law.atom * (x >= 0)) / (1 - law.atom)


def test_a_law_is_found_again_from_its_mean_and_variance() -> None:
    law = WishartLaw(0.2, 0.35)

    found, scale = fitted(3 * law.mean, 9 * law.variance, 0.2)

    assert (found.c, scale) == (pytest.approx(0.35), pytest.approx(3))
    with pytest.raises(ValueError, match="no law"):
        fitted(10.0, 0.1, 0.2)


@pytest.mark.parametrize(("q", "c"), [(0.0, 0.5), (0.5, 1.5), (float("nan"), 0)])
def test_a_law_without_sense_is_refused(q: float, c: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        WishartLaw(q, c)


def test_the_distance_to_a_law_is_exact_on_few_values() -> None:
    uniform = lambda x: np.clip(x, 0, 1)  # noqa: E731

    assert kolmogorov_smirnov(np.array([0.5]), uniform) == 0.5
    assert kolmogorov_smirnov((np.arange(10) + 0.5) / 10, uniform) == pytest.approx(0.05)
