"""Parameters: typed, with defaults, checked and brought into one form."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import UserError
from bench.plan.canonical import content_hash
from bench.registry.parameters import REQUIRED, Param, resolve, spelled_out

PARAMS = (
    Param("strength", float, 1.0, minimum=0, maximum=10),
    Param("rounds", int, 3, minimum=1),
    Param("rescale", bool, False),
    Param("rule", str, "fast", choices=("fast", "exact")),
    Param("shares", float, (0.5,), many=True),
)
DEFAULTS = {"strength": 1.0, "rounds": 3, "rescale": False, "rule": "fast", "shares": [0.5]}


def problem(**given: object) -> UserError:
    with pytest.raises(UserError) as raised:
        resolve(PARAMS, given, "pruner 'x'")
    return raised.value


def test_what_is_not_given_keeps_its_default() -> None:
    assert resolve(PARAMS, {}, "pruner 'x'") == DEFAULTS
    assert resolve(PARAMS, {"rounds": 5}, "pruner 'x'") == DEFAULTS | {"rounds": 5}


def test_values_come_in_the_order_of_declaration() -> None:
    assert list(resolve(PARAMS, {"shares": [0.1], "rounds": 2}, "pruner 'x'")) == list(DEFAULTS)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    error = problem(strenght=1.0)
    assert error.message == "pruner 'x': unknown parameter 'strenght'"
    assert error.hint.startswith("did you mean 'strength'? known: rescale, rounds")


def test_a_component_without_parameters_says_so() -> None:
    with pytest.raises(UserError) as raised:
        resolve((), {"a": 1}, "pruner 'x'")
    assert raised.value.hint == "it takes no parameters"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"strength": "1"}, "parameter 'strength' = '1' is not of type float"),
        ({"strength": True}, "parameter 'strength' = True is not of type float"),
        ({"strength": math.nan}, "parameter 'strength' = nan is not finite"),
        ({"strength": math.inf}, "parameter 'strength' = inf is not finite"),
        ({"strength": -0.1}, "parameter 'strength' = -0.1 is below 0"),
        ({"strength": 10.5}, "parameter 'strength' = 10.5 is above 10"),
        ({"rounds": 1.0}, "parameter 'rounds' = 1.0 is not of type int"),
        ({"rounds": True}, "parameter 'rounds' = True is not of type int"),
        ({"rounds": 0}, "parameter 'rounds' = 0 is below 1"),
        ({"rescale": 1}, "parameter 'rescale' = 1 is not of type bool"),
        ({"rule": "slow"}, "parameter 'rule' = 'slow' is not one of fast, exact"),
        ({"shares": 0.5}, "parameter 'shares' = 0.5 is not a list of float"),
        ({"shares": [0.5, "a"]}, "parameter 'shares' = [0.5, 'a'] is not of type float"),
        ({"strength": [1.0]}, "parameter 'strength' = [1.0] is not of type float"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_expected(given: dict, words: str) -> None:
    error = problem(**given)
    assert error.message == f"pruner 'x': {words}"
    assert error.hint.startswith("expected ")


def test_a_required_parameter_must_be_given() -> None:
    params = (Param("width", int),)
    assert params[0].required
    with pytest.raises(UserError, match="parameter 'width' is missing") as raised:
        resolve(params, {}, "model 'm'")
    assert raised.value.hint == "give a int"
    assert resolve(params, {"width": 4}, "model 'm'") == {"width": 4}


@pytest.mark.parametrize("default", ["a", True, -1, math.nan])
def test_a_default_that_breaks_the_rules_is_refused_at_declaration(default: object) -> None:
    with pytest.raises(TypeError, match="parameter 'p': its default"):
        Param("p", float, default, minimum=0)


def test_other_types_are_refused_at_declaration() -> None:
    with pytest.raises(TypeError, match="type is bool, int, float or str"):
        Param("p", dict, {})


@given(st.integers(min_value=0, max_value=10))
def test_a_whole_number_hashes_alike_as_int_and_as_float(number: int) -> None:
    as_int = resolve(PARAMS, {"strength": number}, "x")
    as_float = resolve(PARAMS, {"strength": float(number)}, "x")
    assert content_hash(as_int) == content_hash(as_float)
    assert isinstance(as_int["strength"], float)


@given(st.lists(st.integers(min_value=-(2**40), max_value=2**40), max_size=5))
def test_lists_hash_alike_as_lists_and_tuples_of_ints_and_floats(numbers: list[int]) -> None:
    one = resolve(PARAMS, {"shares": numbers}, "x")
    other = resolve(PARAMS, {"shares": tuple(map(float, numbers))}, "x")
    assert content_hash(one) == content_hash(other)


@given(st.floats() | st.integers() | st.booleans() | st.text(max_size=3) | st.none())
def test_any_value_is_taken_or_refused_and_never_raises_anything_else(value: object) -> None:
    for param in PARAMS:
        try:
            taken = resolve((param,), {param.name: value}, "x")[param.name]
        except UserError:
            continue
        assert param.problem(taken) == ""
        assert isinstance(taken, list if param.many else param.type)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_resolving_twice_changes_nothing(value: float) -> None:
    params = (Param("p", float, 0.0),)
    once = resolve(params, {"p": value}, "x")
    assert resolve(params, once, "x") == once


def test_required_is_a_word_that_no_number_equals() -> None:
    assert Param("p", float, REQUIRED).required
    assert not Param("p", str, "").required


LATER = (Param("rounds", int, 3), Param("draw", int, 0, later=True))


def test_a_later_parameter_is_spelled_out_where_it_leaves_its_default() -> None:
    assert spelled_out(LATER, {}, "pruner 'x'") == {"rounds": 3}
    assert spelled_out(LATER, {"draw": 0}, "pruner 'x'") == {"rounds": 3}
    assert spelled_out(LATER, {"draw": 2}, "pruner 'x'") == {"rounds": 3, "draw": 2}


def test_a_later_parameter_is_resolved_all_the_same() -> None:
    assert resolve(LATER, {}, "pruner 'x'") == {"rounds": 3, "draw": 0}


def test_a_later_parameter_has_a_default() -> None:
    with pytest.raises(TypeError, match="one that came later has a default"):
        Param("draw", int, later=True)
