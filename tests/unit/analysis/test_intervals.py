"""Student-t intervals, against scipy and by simulation."""

import numpy as np
import pytest
from scipy import stats

from bench.analysis.intervals import Estimate, estimate, half_width


def test_the_interval_is_scipys_t_interval():
    values = [0.913, 0.921, 0.908, 0.917]
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    found = estimate(values)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)
    assert (found.mean, found.n) == (pytest.approx(np.mean(values)), 4)


@pytest.mark.parametrize("values", [[0.5], [0.5, 0.6]])
def test_fewer_than_three_seeds_have_a_mean_and_no_interval(values):
    assert estimate(values) == Estimate(pytest.approx(np.mean(values)), None, len(values))
    assert estimate(values).low is None


def test_missing_values_are_not_counted():
    assert estimate([None, 0.5, None]) == Estimate(0.5, None, 1)
    assert estimate([None]) is None
    assert estimate([]) is None


def test_equal_values_have_an_interval_of_no_width():
    assert estimate([0.1] * 3) == Estimate(0.1, 0.0, 3)


def test_values_too_large_to_average_have_no_estimate():
    assert estimate([1.7e308, 1.7e308, 1e308]) is None


@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_the_interval_covers_the_truth_in_95_of_100_suites(seeds):
    truth = 0.92
    drawn = np.random.default_rng(20_250_101).normal(truth, 0.004, size=(2000, seeds))
    half = half_width(drawn.std(axis=1, ddof=1), seeds)
    covered = np.mean(np.abs(drawn.mean(axis=1) - truth) <= half)
    assert 0.93 <= covered <= 0.97
