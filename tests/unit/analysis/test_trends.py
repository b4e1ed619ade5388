from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.analysis import Scatter, bootstrap, slope, spearman
from bench.analysis.trends import _ranks
from tests.unit.analysis.conftest import frame_of

XY = Scatter("x", "y")
RNG = np.random.default_rng(7)
X = RNG.normal(size=40)
Y = X + RNG.normal(size=40)


def rows(xs, ys, **spec):
    return [
        {"seed": seed, "metrics.x": float(x), "metrics.y": float(y), **spec}
        for seed, (x, y) in enumerate(zip(xs, ys, strict=True))
    ]


def rho(frame, within=(), combine="mean"):
    return spearman(frame, scatter=XY, within=within, combine=combine)


def test_the_pooled_correlation_is_scipys(frame):
    found = rho(frame(rows(X, Y)))
    assert found.value == pytest.approx(stats.spearmanr(X, Y).statistic, rel=1e-12)
    known = stats.bootstrap(
        (X, Y), lambda a, b: stats.spearmanr(a, b).statistic, paired=True, vectorized=False,
        method="percentile", n_resamples=2000, rng=np.random.default_rng(3),
    ).confidence_interval  # fmt: skip
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=0.03)
    assert found.details == {"records": 40}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=30))
def test_with_ties_the_correlation_is_scipys(points):
    xs, ys = np.array(points, dtype=float).T
    found = rho(frame_of(rows(xs, ys)))
    if len(set(xs)) == 1 or len(set(ys)) == 1:
        assert found.value is None
    else:
        assert found.value == pytest.approx(stats.spearmanr(xs, ys).statistic, abs=1e-12)


def test_within_groups_the_correlations_are_taken_apart_and_combined(frame):
    table = frame(
        rows([1, 2, 3], [1, 2, 3], sparsity=0.5)
        + rows([1, 2, 3], [3, 2, 1], sparsity=0.9)
        + rows([1, 2, 3], [1, 3, 2], sparsity=0.95)
        + rows([1, 2], [1, 2], sparsity=0.99)
    )
    found = {name: rho(table, ["sparsity"], name) for name in ("mean", "median", "min", "max")}
    assert {name: one.value for name, one in found.items()} == pytest.approx(
        {"mean": (1 - 1 + 0.5) / 3, "median": 0.5, "min": -1, "max": 1}
    )
    assert found["mean"].details == pytest.approx({"groups": 3, "smallest": -1, "largest": 1})
    assert found["mean"].low is None


def test_the_slope_and_its_interval_are_scipys(frame):
    found = slope(frame(rows(X, Y)), scatter=XY, log_x=False, log_y=False)
    known = stats.linregress(X, Y)
    half = stats.t.ppf(0.975, 38) * known.stderr
    assert (found.value, found.low, found.high) == pytest.approx(
        (known.slope, known.slope - half, known.slope + half), rel=1e-9
    )


def test_with_logarithms_the_slope_is_the_exponent_of_a_power_law(frame):
    xs = np.array([1.0, 2.0, 4.0, 8.0, -1.0])
    ys = 3 * np.abs(xs) ** 1.5
    found = slope(frame(rows(xs, ys)), scatter=XY, log_x=True, log_y=True)
    assert (found.value, found.low, found.high) == pytest.approx((1.5, 1.5, 1.5))
    assert found.details == {"records": 4}


@pytest.mark.parametrize("xs", [[], [1.0], [2.0, 2.0, 2.0]])
def test_what_does_not_suffice_has_no_value_and_a_reason(frame, xs):
    table = frame([{"metrics.x": None, "metrics.y": None}, *rows(xs, xs)])
    for found in (rho(table), slope(table, scatter=XY, log_x=False, log_y=False)):
        assert found.value is None
        assert found.details["reason"]


def test_two_points_have_a_slope_without_an_interval(frame):
    found = slope(frame(rows([0, 2], [0, 3])), scatter=XY, log_x=False, log_y=False)
    assert (found.value, found.low) == (1.5, None)


def test_the_bootstrap_repeats_itself_and_covers_a_mean():
    def mean(drawn):
        return drawn.mean(axis=1)

    hits = 0
    for seed in range(200):
        values = np.random.default_rng(seed).normal(size=30)
        low, high = bootstrap(mean, values)
        hits += low <= 0 <= high
    assert 0.88 <= hits / 200 <= 0.98
    assert bootstrap(mean, values) == (low, high)


def test_the_bootstrap_gives_no_interval_where_it_would_mislead():
    assert bootstrap(lambda drawn: drawn.mean(axis=1), np.arange(9.0)) == (None, None)
    mostly_undefined = np.array([np.nan] + [1.0] * 11)
    assert bootstrap(lambda drawn: drawn.mean(axis=1), mostly_undefined) == (None, None)


@given(st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=1, max_size=6))
def test_ranks_by_counting_are_scipys_with_ties_at_their_mean(rows):
    codes = np.array(rows)
    assert np.array_equal(_ranks(codes), stats.rankdata(codes, axis=1))
