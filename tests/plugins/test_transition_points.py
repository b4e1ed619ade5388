"""Estimators of the transition point: against curves whose point is known, and against brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench_student_teacher.change_point import change_point, hinge
from bench_student_teacher.curve import Curve
from bench_student_teacher.estimators import Estimator, transition_point
from bench_student_teacher.exponential import decay_rate
from tests.plugins.transitions import step

ESTIMATORS = ("change-point", "tolerance", "hinge")
VALUES = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=30)


def found(errors, estimator, factor=2.0, units=None):
    return transition_point(Curve.read(errors, units), Estimator(estimator, factor))


@pytest.mark.parametrize("estimator", ESTIMATORS)
@given(height=st.integers(6, 60), knee=st.integers(2, 58))
def test_each_estimator_finds_where_a_level_begins(estimator, height, knee):
    knee = min(knee, height - 2)
    assert found(step(height, knee), estimator) == knee


@given(height=st.integers(8, 40), knee=st.integers(3, 30), units=st.integers(1, 7))
def test_points_that_are_left_out_leave_the_scale_of_units(height, knee, units):
    knee = min(knee, height - 3)
    places = [units * n for n in range(height + 1)]
    for estimator in ESTIMATORS:
        assert found(step(height, knee), estimator, units=places) == units * knee


@given(st.integers(8, 40), st.integers(3, 5), st.floats(1e-6, 1e6))
def test_scaling_the_error_moves_no_estimate(height, knee, scale):
    errors = step(height, knee)
    for estimator in ESTIMATORS:
        assert found([scale * one for one in errors], estimator) == found(errors, estimator)


@given(st.integers(6, 60), st.integers(2, 58), st.floats(1e-3, 1e3))
def test_the_resolution_is_a_share_of_the_targets_variance(height, knee, variance):
    knee = min(knee, height - 2)
    errors = step(height, knee, floor=1e-4 * variance)
    fine, coarse, finest = (
        transition_point(Curve.read(errors, None, variance), Estimator("resolution", share=share))
        for share in (2e-4, 2e-3, 5e-5)
    )
    assert (fine, coarse) == (knee, max(knee - 2, 0))
    assert math.isnan(finest)


def test_without_the_targets_variance_there_is_no_resolution():
    assert math.isnan(transition_point(Curve.read(step(20, 5), None), Estimator("resolution")))


@given(VALUES)
def test_the_change_point_is_that_of_least_squares(values):
    values = np.array(values)
    left = [
        sum(float(((part - part.mean()) ** 2).sum()) for part in (values[:k], values[k:]))
        for k in range(1, len(values))
    ]
    k = change_point(values)
    if np.ptp(values) == 0:
        assert k is None
    else:
        assert left[k - 1] == pytest.approx(min(left), abs=1e-6)


@given(VALUES, st.integers(-100, 100), st.integers(1, 100))
def test_the_change_point_stays_when_values_are_shifted_and_scaled(values, shift, scale):
    values = np.array(values)
    assert change_point(scale * values + shift) == change_point(values)


@given(st.lists(st.integers(0, 20).map(float), min_size=5, max_size=12))
def test_the_hinge_is_that_of_least_squares(values):
    values, places = np.array(values), np.arange(float(len(values)))
    residuals = {}
    for first in range(1, len(values) - 1):
        for second in range(first, len(values) - 1):
            ramps = [np.maximum(knot - places, 0) for knot in (first, second)]
            basis = np.stack([np.ones_like(places), *ramps], axis=1)
            fit = basis @ np.linalg.lstsq(basis, values, rcond=None)[0]
            residuals[second] = min(residuals.get(second, math.inf), float(((values - fit) ** 2).sum()))
    knot = hinge(places, values)
    if np.ptp(values) == 0:
        assert knot is None
    else:
        assert residuals[knot] == pytest.approx(min(residuals.values()), abs=1e-6)


def test_a_hinge_has_two_slopes_before_its_level():
    logs = [5.0, 4.8, 4.6, 4.4, 3.0, 1.6, 0.2, 0.2, 0.2, 0.2]
    assert found([10**one for one in logs], "hinge") == 6


def test_the_tolerance_is_where_the_error_stays_within_its_factor():
    errors = [9.0, 1.9, 3.0, 2.0, 1.5, 1.0]
    assert found(errors, "tolerance") == 3
    assert found(errors, "tolerance", factor=1.0) == 5
    assert found(errors, "tolerance", factor=10.0) == 0


def test_a_level_error_has_no_change():
    assert math.isnan(found([0.3] * 9, "change-point"))
    assert math.isnan(found([0.3] * 9, "hinge"))


def test_zeros_and_missing_points_leave_an_estimate():
    errors = [100.0, 10.0, None, 0.1, 0.0, 0.01, 0.01, 0.01]
    assert found(errors, "tolerance") == 4
    assert np.isfinite(found(errors, "change-point"))
    assert np.isfinite(found(errors, "hinge"))


@pytest.mark.parametrize("errors", [[], [1.0, 0.5], [0.0] * 9, [None] * 9, [1.0, float("nan"), 0.5]])
def test_too_little_makes_no_curve(errors):
    assert Curve.read(errors, None) is None


def test_between_points_the_error_is_log_linear():
    curve = Curve.read([100.0, 1.0, 0.01], None)
    assert curve.at(0.5) == pytest.approx(10.0)
    assert curve.at(2) == pytest.approx(0.01)
    assert math.isnan(curve.at(2.1))


@given(st.floats(0.5, 30), st.floats(0.1, 10), st.floats(-2, 2), st.integers(5, 40))
def test_an_exponentials_rate_is_found(rate, size, offset, count):
    x = np.linspace(-1, 0, count)
    y = size * np.exp(-rate * x)
    assert decay_rate(x, y / y.max() + offset) == pytest.approx(rate, rel=1e-3)


@pytest.mark.parametrize("y", [[1.0, 1.0, 1.0, 1.0], [3.0, 2.0, 1.0], [0.0, 1.0, 0.0, 1.0, 1.0]])
def test_what_is_no_falling_exponential_has_no_rate(y):
    assert math.isnan(decay_rate(np.linspace(-1, 0, len(y)), np.array(y)))
