"""Tie groups: letters are shared exactly by those not told apart."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.board.ties import group_text, letters, shared_letters, standing_groups


def _pairs(*pairs):
    return {frozenset(pair) for pair in pairs}


def test_a_tie_that_is_not_transitive_gives_two_letters_to_the_middle():
    assert letters(["a", "b", "c"], _pairs("ac")) == {"a": "a", "b": "ab", "c": "b"}


def test_all_told_apart_have_a_letter_each():
    assert letters(["x", "y", "z"], _pairs("xy", "xz", "yz")) == {"x": "a", "y": "b", "z": "c"}


def test_all_tied_share_one_letter():
    assert letters(["x", "y", "z"], set()) == {"x": "a", "y": "a", "z": "a"}


@given(st.integers(1, 8), st.data())
def test_names_share_a_letter_exactly_where_they_are_tied(size, data):
    names = [f"n{index}" for index in range(size)]
    pairs = list(combinations(names, 2))
    apart = {frozenset(pair) for pair in pairs if data.draw(st.booleans())}
    found = letters(names, apart)
    assert all(found.values())
    for first, second in pairs:
        assert bool(set(found[first]) & set(found[second])) == (frozenset((first, second)) not in apart)


def test_the_27th_group_has_a_name_of_its_own():
    names = [f"n{index:02d}" for index in range(27)]
    found = letters(names, {frozenset(pair) for pair in combinations(names, 2)})
    assert found["n26"] == "a2"


def test_clear_differences_are_ordered_by_score_and_noise_is_not():
    rng = np.random.default_rng(0)
    scores = {
        name: {seed: mean + noise for seed, noise in enumerate(rng.normal(0, 0.001, 5))}
        for name, mean in {"worst": 0.5, "best": 0.9, "twin": 0.9}.items()
    }
    groups = standing_groups(scores)
    assert groups["best"] == groups["twin"] == "a"
    assert groups["worst"] == "b"


def test_a_contestant_with_two_seeds_has_no_group():
    scores = {"known": {0: 0.9, 1: 0.9, 2: 0.91}, "new": {0: 0.1, 1: 0.1}}
    assert standing_groups(scores) == {"known": "a"}


def test_a_group_of_many_letters_is_shown_by_its_ends():
    assert shared_letters("abz2a3") == ("a", "b", "z2", "a3")
    assert shared_letters(None) == ()
    assert group_text("abc") == "abc"
    assert group_text("abcdefghi2") == "a\u2026i2 (9)"
    assert group_text(None) == ""
