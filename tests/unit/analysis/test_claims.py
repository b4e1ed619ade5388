from __future__ import annotations

import sys

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.claims import Question, answer
from bench.analysis.verdict import accepted, holds
from bench.errors import Unsupported, UserError
from bench.registry.contracts import Analysed
from bench.suite.schema import Claim

NUMBERS = st.floats(-1e6, 1e6)


def claim(**changes):
    return Claim(
        **{"id": "c", "source": "s", "statement": "t", "analysis": "a", "expected": "in words"} | changes
    )


@pytest.mark.parametrize(
    ("bounds", "value", "verdict"),
    [
        ({"low": 0.9}, 0.9, True),
        ({"low": 0.9}, 0.8999, False),
        ({"high": 0.1}, 0.1, True),
        ({"high": 0.1}, 0.2, False),
        ({"low": 1, "high": 2}, 1.5, True),
        ({"low": 1, "high": 2}, 2.1, False),
        ({"low": 1, "high": 2, "tolerance": 0.1}, 2.1, True),
        ({"low": 1, "high": 2, "tolerance": 0.1}, 0.8, False),
        ({"expected": "93.68", "tolerance": 0.3}, 93.38, True),
        ({"expected": "93.68", "tolerance": 0.3}, 93.37, False),
        ({"expected": "-0.61", "tolerance": 0}, -0.61, True),
        ({"low": 0.3}, 0.1 + 0.2, True),
        ({"high": 0.3}, 0.1 + 0.2, True),
        ({}, 7.0, None),
        ({"expected": "7"}, 7.0, None),
        ({"low": 0.0}, None, None),
    ],
)
def test_the_point_value_decides(bounds, value, verdict):
    assert holds(claim(**bounds), Analysed(value)) is verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-0.1, 0.2, True), (0.0, 0.2, True), (0.1, 0.2, False), (-0.2, -0.1, False), (None, None, None)],
)
def test_the_interval_decides_where_the_claim_speaks_of_it(low, high, verdict):
    no_growth = claim(expected="0", tolerance=0.0, decides="interval")
    assert holds(no_growth, Analysed(0.05, low, high)) is verdict


@given(NUMBERS, st.floats(0, 1e6), st.floats(0, 1e3), st.floats(0, 1))
def test_a_claim_holds_from_its_low_end_to_its_high_end_and_no_further(low, width, tolerance, share):
    one = claim(low=low, high=low + width, tolerance=tolerance)
    bottom, top = low - tolerance, low + width + tolerance
    beyond = 1e-3 + 1e-6 * max(abs(bottom), abs(top))
    assert holds(one, Analysed(bottom + share * (top - bottom))) is True
    assert holds(one, Analysed(bottom - beyond)) is False
    assert holds(one, Analysed(top + beyond)) is False


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({"low": 0.9}, "≥ 0.9"),
        ({"high": 0.5, "tolerance": 0.25}, "≤ 0.75"),
        ({"expected": "2", "tolerance": 0.5}, "1.5 … 2.5"),
        ({}, "any"),
    ],
)
def test_what_agrees_can_be_said(bounds, text):
    assert str(accepted(claim(**bounds))) == text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tolerance": 0.1}, "a tolerance needs low or high"),
        ({"expected": "nan", "tolerance": 0.1}, "a tolerance needs low or high"),
        ({"low": 2, "high": 1}, "low is above high"),
        ({"low": 1, "tolerance": -0.1}, "greater than or equal to 0"),
    ],
)
def test_a_claim_that_nothing_could_decide_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        claim(**changes)


FRAME = pd.DataFrame({"a": [1.0, 2.0]})


def ask(analysis, frame=FRAME, **bounds):
    [finding] = answer([Question(claim(**bounds), "analysis 'a'", analysis)], frame)
    return finding


def test_a_finding_has_the_value_its_interval_and_the_verdict():
    finding = ask(lambda frame: Analysed(float(frame["a"].mean()), 1, 2), low=1.5)
    assert finding.plain() == {
        "id": "c", "source": "s", "statement": "t", "expected": "in words",
        "measured": 1.5, "low": 1.0, "high": 2.0, "tolerance": None, "holds": True,
    }  # fmt: skip


def test_what_was_not_measured_has_a_reason_and_no_verdict():
    said = ask(lambda frame: Analysed(None, details={"reason": "no seed has both"}), low=0)
    assert (said.measured, said.holds, said.reason) == (None, None, "no seed has both")
    assert ask(lambda frame: Analysed(None), low=0).reason == "the records do not suffice"
    assert ask(lambda frame: Analysed(None), FRAME.iloc[:0]).reason == "no records"


def boom(frame):
    raise KeyError("spec.nowhere")


def leave(frame):
    sys.exit(3)


def refuse(frame):
    raise UserError("matches 2 contestants: a; b", "add conditions")


@pytest.mark.parametrize(
    ("analysis", "fault"),
    [
        (boom, "analysis 'a': raised KeyError: 'spec.nowhere'"),
        (leave, "analysis 'a': raised SystemExit: 3"),
        (refuse, "analysis 'a': matches 2 contestants: a; b (add conditions)"),
        (lambda frame: 0.9, "analysis 'a': raised TypeError: returned float, not Analysed"),
        (lambda frame: Analysed(float("nan")), "analysis 'a': raised ValueError: gave nan"),
        (lambda frame: Analysed(1.0, low=float("-inf")), "analysis 'a': raised ValueError: gave -inf"),
        (lambda frame: Analysed("0.9"), "analysis 'a': raised TypeError: gave str"),
        (lambda frame: Analysed(True), "analysis 'a': raised TypeError: gave bool"),
    ],
)
def test_an_analysis_that_fails_fails_its_claim_and_is_named(analysis, fault):
    finding = ask(analysis, low=0)
    assert finding.fault.startswith(fault)
    assert (finding.holds, finding.measured) == (False, None)


def test_an_analysis_may_say_that_it_does_not_support_the_records():
    def decline(frame):
        raise Unsupported("regression only")

    finding = ask(decline, low=0)
    assert (finding.holds, finding.reason) == (None, "analysis 'a': regression only")


def test_an_analysis_that_edits_its_frame_edits_a_copy():
    def edit(frame):
        frame["a"] = 0.0
        return Analysed(float(frame["a"].sum()))

    findings = answer([Question(claim(), "analysis 'a'", edit)] * 2, FRAME)
    assert [finding.measured for finding in findings] == [0.0, 0.0]
    assert list(FRAME["a"]) == [1.0, 2.0]


def test_numpy_numbers_are_plain_ones():
    finding = ask(lambda frame: Analysed(frame["a"].mean(), frame["a"].min(), frame["a"].max()))
    assert {type(finding.measured), type(finding.low), type(finding.high)} == {float}
