"""Did you mean."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.registry.suggest import did_you_mean


def test_the_nearest_word_comes_first_and_then_all() -> None:
    assert did_you_mean("prunner", ["pruner", "model"]) == "did you mean 'pruner'? known: model, pruner"


def test_case_is_no_distance() -> None:
    assert did_you_mean("PRUNER", ["Pruner"]) == "did you mean 'Pruner'? known: Pruner"


def test_nothing_near_is_not_guessed_at() -> None:
    assert did_you_mean("xyz", ["pruner"]) == "known: pruner"


def test_nothing_known_says_nothing() -> None:
    assert did_you_mean("xyz", []) == ""


def test_long_lists_are_cut_at_forty() -> None:
    hint = did_you_mean("zzz", [f"n{number:03}" for number in range(50)])
    assert hint.endswith("n039, …")


@given(st.text(min_size=1), st.lists(st.text(min_size=1), min_size=1))
def test_a_word_that_is_known_is_its_own_nearest(word: str, others: list[str]) -> None:
    assert did_you_mean(word, [word, *others]).startswith("did you mean ")
