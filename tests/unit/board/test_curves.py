"""The retention area and the Pareto front."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from bench.board.metrics import ACCURACY, MSE
from bench.board.pareto import pareto_front
from bench.board.retention import halvings, retention_area

GRID = (0.5, 0.75, 0.875)


def test_keeping_everything_has_area_one():
    assert retention_area(GRID, dict.fromkeys(GRID, 1.0)) == 1.0


def test_the_area_is_the_trapezoid_over_halvings():
    kept = {0.5: 1.0, 0.75: 0.8, 0.9: 0.4}
    xs = [-math.log2(1 - sparsity) for sparsity in kept]
    expected = trapezoid(list(kept.values()), xs) / (xs[-1] - xs[0])
    assert retention_area(tuple(kept), kept) == pytest.approx(expected, rel=1e-12)


def test_a_missing_cell_leaves_the_area_blank():
    assert retention_area(GRID, {0.5: 1.0, 0.875: 1.0}) is None
    assert retention_area(GRID, {0.5: 1.0, 0.75: None, 0.875: 1.0}) is None
    assert retention_area((), {}) is None


def test_a_single_sparsity_is_its_own_area():
    assert retention_area((0.9,), {0.9: 0.7}) == 0.7


def test_full_sparsity_has_no_place_on_the_axis():
    assert halvings(1.0) is None
    assert halvings(-0.1) is None
    assert retention_area((*GRID, 1.0), dict.fromkeys(GRID, 0.5)) == 0.5


def test_retention_of_an_error_is_turned_round():
    assert ACCURACY.retained(0.45, 0.9) == 0.5
    assert MSE.retained(0.2, 0.1) == 0.5
    assert MSE.retained(0.0, 0.1) is None
    assert ACCURACY.retained(None, 0.9) is None


def test_the_front_keeps_what_nothing_beats():
    points = [(0.5, 0.9), (0.9, 0.7), (0.5, 0.8), (0.9, 0.6), (0.7, 0.7), (0.95, 0.2)]
    assert pareto_front(points) == [0, 1, 5]


def test_equal_points_are_on_the_front_together():
    assert pareto_front([(1.0, 1.0), (1.0, 1.0), (0.5, 1.0)]) == [0, 1]


COORDINATE = st.one_of(st.integers(0, 6), st.just(math.nan))


@given(st.lists(st.tuples(COORDINATE, COORDINATE), max_size=15))
def test_the_front_is_the_set_of_undominated_points_and_leaves_out_what_is_missing(points):
    there = [one for one in points if not any(map(math.isnan, one))]

    def beaten(one):
        return any(o != one and o[0] >= one[0] and o[1] >= one[1] for o in there)

    expected = [i for i, one in enumerate(points) if not any(map(math.isnan, one)) and not beaten(one)]
    assert sorted(pareto_front(points)) == expected


def test_the_front_of_means_runs_by_rising_sparsity(cells):
    for cell in cells:
        places = [cell.standings[row].points[column] for row, column in cell.front]
        assert [one.achieved.mean for one in places] == sorted(one.achieved.mean for one in places)
        assert [one.primary.mean for one in places] == sorted(
            (one.primary.mean for one in places), reverse=True
        )
