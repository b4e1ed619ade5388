"""A cell stands for all numbers that print as it does."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.board.lint.cells import is_empty, read_cell


@pytest.mark.parametrize(
    ("text", "value", "half"),
    [
        ("93.77", "93.77", "0.005"),
        ("+0.24", "0.24", "0.005"),
        ("\u22120.09", "-0.09", "0.005"),
        ("**93.77**", "93.77", "0.005"),
        ("93.1 ± 0.2", "93.1", "0.05"),
        ("$93.1 \\pm 0.2$", "93.1", "0.05"),
        ("93.1 (0.2)", "93.1", "0.05"),
        ("93.1 (n = 3)", "93.1", "0.05"),
        ("68.70 %", "68.70", "0.005"),
        ("8.92x", "8.92", "0.005"),
        ("2\u00d7", "2", "0.5"),
        ("17.56 M", "17560000", "5000"),
        ("4.1G", "4100000000", "50000000"),
        ("1.2e6", "1200000", "50000"),
        ("11,689,512", "11689512", "0.5"),
        ("11,690,000", "11690000", "5000"),
        ("50", "50", "0.5"),
        (".5", "0.5", "0.05"),
        ("70.1 \u2191", "70.1", "0.05"),
    ],
)
def test_the_digits_tell_how_exact_a_number_is(text, value, half):
    found = read_cell(text)
    assert (found.value, found.half) == (Decimal(value), Decimal(half))


def test_a_percentage_behind_a_count_is_a_share():
    found = read_cell("2.77 M (24.71 %)")
    assert (found.share.low, found.share.high) == (Decimal("0.24705"), Decimal("0.24715"))
    assert read_cell("93.5 (0.2)").share is None


@pytest.mark.parametrize(
    "text", ["collapsed", "93.1 / 92.0", "1,23", "<0.1", "=1+1", "93.1.2", "0x10", "inf", "1e999"]
)
def test_what_is_no_number_is_not_read(text):
    assert read_cell(text) is None
    assert not is_empty(text)


@pytest.mark.parametrize("text", ["", " ", "-", "\u2013", "\u2014", "N/A", "nan"])
def test_an_empty_cell_says_that_there_is_nothing(text):
    assert is_empty(text)


@given(st.decimals(-1000, 1000, allow_nan=False, places=6), st.integers(0, 5))
def test_a_printed_number_stands_for_what_was_rounded(number, places):
    printed = number.quantize(Decimal(10) ** -places, ROUND_HALF_EVEN)
    found = read_cell(f"{printed:f}")
    assert abs(found.value - number) <= found.half


@given(st.text(max_size=40))
def test_no_text_is_too_strange(text):
    found = read_cell(text)
    assert found is None or found.half > 0
