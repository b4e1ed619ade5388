from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.analysis import Sides, paired_difference, pairs, ratio, share_of_wins
from bench.errors import UserError
from tests.unit.analysis.conftest import frame_of

A, B = ["pruner=a"], ["pruner=b"]
SIDES = Sides(A, B)


def duel(table, model="m", sparsity=0.5):
    """Rows of pruners a and b from {seed: (a, b)}; None where a trial is missing."""
    return [
        {"pruner": pruner, "model": model, "sparsity": sparsity, "seed": seed, "metrics.accuracy": value}
        for seed, both in table.items()
        for pruner, value in zip("ab", both, strict=True)
        if value is not None
    ]


ONE = {0: (0.9, 0.8), 1: (0.85, 0.83), 2: (0.88, 0.87), 3: (0.7, None)}
TWO = {0: (0.6, 0.4), 1: (0.5, 0.5), 2: (0.4, 0.45)}


def test_pairs_join_on_cell_sparsity_and_seed(frame):
    table = pairs(frame(duel(ONE) + duel(TWO, "n")), SIDES, "accuracy").table
    assert [tuple(row) for row in table.to_numpy()] == [*list(ONE.values())[:3], *TWO.values()]


def test_the_paired_difference_is_scipys_paired_interval(frame):
    found = paired_difference(frame(duel(ONE)), metric="accuracy", sides=SIDES)
    one, other = np.array([ONE[seed] for seed in range(3)]).T
    test = stats.ttest_rel(one, other)
    interval = test.confidence_interval(0.95)
    assert found.value == pytest.approx(np.mean(one - other))
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.details == {"seeds": 3, "places": 1}


def test_several_places_are_averaged_within_a_seed_and_seeds_must_have_all_of_them(frame):
    third = {**TWO}
    del third[2]
    rows = duel(ONE) + duel(third, sparsity=0.9)
    found = paired_difference(frame(rows), metric="accuracy", sides=SIDES)
    assert found.details == {"seeds": 2, "places": 2}
    assert found.value == pytest.approx(np.mean([(0.1 + 0.2) / 2, (0.02 + 0.0) / 2]))
    assert found.low is None


def test_wins_are_strict_and_wilsons_interval_is_scipys(frame):
    found = share_of_wins(frame(duel(ONE) + duel(TWO, "n")), metric="accuracy", better="higher", sides=SIDES)
    assert found.details == {"pairs": 6, "wins": 4, "ties": 1}
    low, high = stats.binomtest(4, 6).proportion_ci(method="wilson")
    assert (found.value, found.low, found.high) == pytest.approx((4 / 6, low, high))
    lower = share_of_wins(frame(duel(TWO)), metric="accuracy", better="lower", sides=SIDES)
    assert lower.value == pytest.approx(1 / 3)


def test_wilsons_interval_is_worked_by_hand(frame):
    found = share_of_wins(
        frame(duel({0: (1, 0), 1: (0, 1)})), metric="accuracy", better="higher", sides=SIDES
    )
    z = 1.959963984540054
    half = z * np.sqrt(0.25 / 2 + z**2 / 16) / (1 + z**2 / 2)
    assert (found.low, found.high) == pytest.approx((0.5 - half, 0.5 + half))


def test_the_ratio_is_the_median_of_quotients_and_zero_has_none(frame):
    rows = duel({0: (1.0, 2.0), 1: (3.0, 4.0), 2: (9.0, 10.0), 3: (5.0, 0.0)})
    found = ratio(frame(rows), metric="accuracy", sides=SIDES)
    assert (found.value, found.low, found.high) == (0.75, None, None)
    assert found.details == {"pairs": 3, "without_ratio": 1}


def test_the_interval_of_a_ratio_covers_the_middle_quotients(frame):
    rng = np.random.default_rng(1)
    rows = duel({seed: (float(value), 1.0) for seed, value in enumerate(rng.normal(2, 0.1, 40))})
    found = ratio(frame(rows), metric="accuracy", sides=SIDES)
    known = stats.bootstrap(
        ([row["metrics.accuracy"] for row in rows if row["pruner"] == "a"],),
        np.median, n_resamples=4000, method="percentile", rng=np.random.default_rng(2),
    ).confidence_interval  # fmt: skip
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=0.01)


@given(st.lists(st.tuples(st.floats(-10, 10), st.floats(-10, 10)), min_size=3, max_size=8))
def test_changing_sides_changes_the_sign_and_mirrors_the_interval(values):
    frame = frame_of(duel(dict(enumerate(values))))
    one = paired_difference(frame, metric="accuracy", sides=Sides(A, B))
    other = paired_difference(frame, metric="accuracy", sides=Sides(B, A))
    assert one.value == pytest.approx(-other.value)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


@pytest.mark.parametrize(
    ("sides", "message"),
    [
        (Sides([], B), r"'one' matches 2 contestants of a cell: pruner=a; pruner=b"),
        (Sides(A, A), "'one' and 'other' match the same contestant"),
    ],
)
def test_sides_that_do_not_name_two_contestants_are_refused(frame, sides, message):
    with pytest.raises(UserError, match=message):
        pairs(frame(duel(ONE)), sides, "accuracy")


@pytest.mark.parametrize("sides", [SIDES, Sides(A, ["pruner=c"])])
def test_without_pairs_there_is_no_value_and_a_reason(frame, sides):
    table = frame(duel({0: (0.9, None), 1: (None, 0.8)}))
    for found in (
        paired_difference(table, metric="accuracy", sides=sides),
        share_of_wins(table, metric="accuracy", better="higher", sides=sides),
        ratio(table, metric="accuracy", sides=sides),
    ):
        assert found.value is None
        assert found.details["reason"]
