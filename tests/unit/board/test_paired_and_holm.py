"""The paired test and Holm's correction, against known answers."""

import numpy as np
import pytest
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


def test_differences_without_spread_are_certain():
    same = {0: 0.5, 1: 0.25, 2: 0.75}
    assert paired_p(same, same) == 1.0
    assert paired_p(same, {seed: value - 0.125 for seed, value in same.items()}) == 0.0


def test_pairing_finds_what_an_unpaired_test_misses():
    shared = np.array([0.90, 0.80, 0.70, 0.60])
    better = shared + np.array([0.010, 0.011, 0.009, 0.010])
    assert stats.ttest_ind(shared, better).pvalue > 0.5
    assert paired_p(dict(enumerate(better)), dict(enumerate(shared))) < 0.001


def test_holm_gives_the_textbook_values():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


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
