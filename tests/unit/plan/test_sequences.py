from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.plan.sequences import cubic_sparsities, round_sparsities, update_steps

sparsity = st.floats(0, 1)


def test_rounds_keep_the_same_share_each():
    assert round_sparsities({"rounds": 3, "rate": 0.0}, 0.875) == pytest.approx((0.5, 0.75, 0.875))
    assert round_sparsities({"rounds": 1, "rate": 0.0}, 0.9) == (0.9,)


def test_a_rate_goes_its_own_steps_and_the_last_is_what_is_missing():
    params = {"rounds": 0, "rate": 0.2}
    assert round_sparsities(params, 0.5) == (0.2, 0.36, 0.488, 0.5)
    assert round_sparsities(params, 0.1) == (0.1,)
    assert round_sparsities(params, 0.0) == (0.0,)


def test_a_sparsity_that_a_rate_passes_through_is_reached_exactly_there():
    params = {"rounds": 0, "rate": 0.2}
    assert round_sparsities(params, 0.488) == (0.2, 0.36, 0.488)
    assert round_sparsities(params, 0.9)[:3] == round_sparsities(params, 0.488)


@given(sparsity, st.integers(1, 20))
def test_rounds_rise_to_what_was_asked_for(final, rounds):
    passed = round_sparsities({"rounds": rounds, "rate": 0.0}, final)
    assert len(passed) == rounds
    assert passed[-1] == final
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(passed))


@given(st.floats(0, 0.999), st.floats(0.05, 0.9))
def test_a_rate_removes_its_share_of_what_is_left_each_time(final, rate):
    *passed, last = round_sparsities({"rounds": 0, "rate": rate}, final)
    assert last == final
    left = [1.0, *(1 - one for one in passed)]
    assert all(b == pytest.approx(a * (1 - rate), abs=1e-9) for a, b in itertools.pairwise(left))
    assert 1 - last >= left[-1] * (1 - rate) - 1e-9


def test_the_cubic_by_hand():
    params = {"initial": 0.0, "start": 0.2, "end": 1.0, "every": 20}
    steps, passed = zip(*cubic_sparsities(params, 0.8, 100), strict=True)
    assert steps == (20, 40, 60, 80, 100)
    assert passed == pytest.approx((0.0, 0.8 * (1 - 27 / 64), 0.8 * 7 / 8, 0.8 * 63 / 64, 0.8))


def test_the_cubic_starts_at_its_initial_sparsity_but_never_above_the_last():
    params = {"initial": 0.5, "start": 0.0, "end": 0.5, "every": 10}
    steps, passed = zip(*cubic_sparsities(params, 0.9, 40), strict=True)
    assert steps == (0, 10, 20)
    assert passed == pytest.approx((0.5, 0.85, 0.9))
    assert [one for _, one in cubic_sparsities(params, 0.3, 40)] == [0.3, 0.3, 0.3]


def test_where_no_step_fits_all_goes_at_once():
    params = {"initial": 0.0, "start": 0.5, "end": 0.6, "every": 100}
    assert cubic_sparsities(params, 0.9, 40) == ((20, 0.9),)
    assert cubic_sparsities(params, 0.9, 0) == ((0, 0.9),)


@given(sparsity, st.floats(0, 1), st.floats(0, 1), st.integers(1, 50), st.integers(0, 500))
def test_the_cubic_rises_within_training_to_what_was_asked_for(final, one, other, every, steps):
    params = {"initial": 0.0, "start": min(one, other), "end": max(one, other), "every": every}
    passed = cubic_sparsities(params, final, steps)
    assert passed[-1][1] == final
    assert all(a[0] < b[0] and a[1] <= b[1] for a, b in itertools.pairwise(passed))
    assert passed[0][0] >= 0
    assert passed[-1][0] <= steps


def test_updates_come_every_so_many_steps_and_stop_before_the_end():
    assert update_steps({"every": 10, "end": 0.5}, 80) == (10, 20, 30)
    assert update_steps({"every": 100, "end": 0.5}, 80) == ()
