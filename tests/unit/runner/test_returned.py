"""What comes back of a piece is read whole or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.runner.returned import Damaged, Returned

NAMES = st.text(max_size=8)
OUTCOMES = st.builds(
    Returned,
    records=st.lists(st.text(max_size=30), max_size=3).map(tuple),
    unmade=st.dictionaries(NAMES, st.text(max_size=30), max_size=2),
    artifacts=st.dictionaries(NAMES, st.binary(max_size=40), max_size=3),
    epochs=st.dictionaries(NAMES, st.integers(0, 10**9), max_size=3),
    error=st.none() | st.tuples(st.text(max_size=20), st.text(max_size=20)),
    parted=st.booleans(),
)


@given(OUTCOMES)
def test_an_outcome_comes_back_as_it_was(outcome):
    assert Returned.from_bytes(outcome.to_bytes()) == outcome


@given(OUTCOMES, st.data())
def test_any_truncation_is_damage(outcome, data):
    whole = outcome.to_bytes()
    with pytest.raises(Damaged):
        Returned.from_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(OUTCOMES, st.data())
def test_any_flipped_byte_is_damage(outcome, data):
    whole = bytearray(outcome.to_bytes())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Damaged):
        Returned.from_bytes(bytes(whole))


@given(st.binary(max_size=200))
def test_strange_bytes_are_damage(data):
    with pytest.raises(Damaged):
        Returned.from_bytes(data)
