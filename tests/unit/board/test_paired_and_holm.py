"""The paired test and Holm's correction, against known answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.board.holm import holm
from bench.board.paired import paired_differences, paired_p


def test_the_p_value_is_scipys_paired_t_test():
    rng = np.random.default_rng(1)
    first, second = rng.normal(0.9, 0.01, 6), rng.normal(0.89, 0.01, 6)
    found = paired_p(dict(enumerate(first)), dict(enumerate(second)))
    assert found == pytest.approx(stats.ttest_rel(first, second).pvalue, rel=1e-10)


def test_only_shared_seeds_are_paired():
    assert paired_differences({0: 1.0, 1: 2.0, 5: 9.0}, {1: 0.5, 0: 0.25, 7: 1.0}) == [0.75, 1.5]


def test_fewer_than_three_shared_seeds_give_no_test():
    assert paired_p({0: 1.0, 1: 2.0, 2: 3.0}, {0: 1.0, 1: 3.0, 9: 4.0}) is None


def test_equal_differences_are_held_to_the_sign_test():
    same = {seed: 0.5 + seed / 8 for seed in range(5)}
    assert paired_p(same, same) == 1.0
    assert paired_p(same, {seed: value - 0.125 for seed, value in same.items()}) == 2 / 2**5
    assert paired_p({0: 1.0, 1: 2.0, 2: 3.0}, {0: 0.0, 1: 1.0, 2: 2.0}) == 0.25


def test_differences_that_are_equal_but_for_rounding_are_equal():
    right = {0: 330, 1: 331, 2: 332}
    first = {seed: count / 360 for seed, count in right.items()}
    second = {seed: (count - 2) / 360 for seed, count in right.items()}
    assert len(set(paired_differences(first, second))) > 1
    assert paired_p(first, second) == 0.25


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=12))
def test_any_p_value_is_scipys_where_the_differences_spread(pairs):
    first, second = (dict(enumerate(side)) for side in zip(*pairs, strict=True))
    p = paired_p(first, second)
    assert 0 <= p <= 1
    assert p == paired_p(second, first)
    if np.std([a - b for a, b in pairs], ddof=1) > 1e-6:
        assert p == pytest.approx(stats.ttest_rel(*zip(*pairs, strict=True)).pvalue, rel=1e-6, abs=1e-12)


def test_pairing_finds_what_an_unpaired_test_misses():
    shared = np.array([0.90, 0.80, 0.70, 0.60])
    better = shared + np.array([0.010, 0.011, 0.009, 0.010])
    assert stats.ttest_ind(shared, better).pvalue > 0.5
    assert paired_p(dict(enumerate(better)), dict(enumerate(shared))) < 0.001


def test_holm_gives_the_textbook_values():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.04], [0.04]),
        ([0.5, 0.9], [1.0, 1.0]),
        ([0.01, 0.01, 0.01], [0.03, 0.03, 0.03]),
        ([0.02, 0.01], [0.02, 0.02]),
        ([0.01, 0.0251, 0.024, 0.9], [0.04, 0.072, 0.072, 0.9]),
        ([0.0, 1.0], [0.0, 1.0]),
    ],
)
def test_holm_steps_down_as_by_hand(values, expected):
    assert holm(values) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), max_size=10))
def test_holm_rejects_what_the_step_down_rule_rejects(values):
    adjusted = holm(values)
    order = np.argsort(values, kind="stable")
    open_, rejected = True, set()
    for place, index in enumerate(order):
        open_ = open_ and (len(values) - place) * values[index] < 0.05
        rejected |= {int(index)} if open_ else set()
    assert {index for index, p in enumerate(adjusted) if p < 0.05} == rejected


def test_holm_lies_between_no_correction_and_bonferronis():
    values = np.random.default_rng(3).uniform(0, 0.2, 12)
    adjusted = np.array(holm(list(values)))
    assert np.all(adjusted >= values)
    assert np.all(adjusted <= np.minimum(1, 12 * values) + 1e-15)


def test_holm_of_nothing_is_nothing():
    assert holm([]) == []


def test_a_family_of_true_nulls_errs_at_most_at_the_level():
    rng = np.random.default_rng(7)
    wrong = sum(min(holm(list(rng.uniform(size=10)))) < 0.05 for _ in range(2000))
    assert wrong / 2000 < 0.065
