"""The page of claims: complete, escaped, self-contained, and there only where claims are."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from bench.analysis.claims import Finding
from bench.board.claims import SuiteClaims, published_claims
from bench.board.claims_page import render_claims
from bench.board.claims_text import claims_table
from bench.board.formats import MINUS, MISSING
from bench.store.reading import read_records
from bench.suite.schema import Claim

PUBLISHED = Path(__file__).parents[3] / "leaderboard" / "records"
HOSTILE = '<script>alert("x")</script>\u202e' + "long " * 500


def finding(name="one", text="A statement.", upper=None, **changes):
    claim = Claim(
        id=name, source=text, statement=text, analysis="a", expected=text, low=0.5, high=upper, tolerance=0.1
    )
    return Finding(claim, **changes)


def suite_of(*findings):
    return SuiteClaims("digits", "1", findings, 3, 4)


def cells(html):
    rows = re.findall(r"<tr id=.*?</tr>", html, re.DOTALL)
    return [[unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]


def test_each_claim_has_its_numbers_and_verdict_in_words():
    html = render_claims(
        [
            suite_of(
                finding(measured=0.41, low=0.375, high=0.5, holds=True),
                finding("two", measured=0.3, holds=False),
                finding("three", reason="no records"),
                finding("four", fault="analysis 'a': raised KeyError: 'x'", holds=False),
                finding("five", measured=-1.0),
            )
        ]
    ).decode()
    assert cells(html) == [
        ["A statement.", "0.41", "0.375 … 0.5", "≥ 0.4", "yes"],
        ["A statement.", "0.3", MISSING, "≥ 0.4", "no"],
        ["A statement.", MISSING, MISSING, "≥ 0.4", MISSING],
        ["A statement.", MISSING, MISSING, "≥ 0.4", "error"],
        ["A statement.", f"{MINUS}1", MISSING, "≥ 0.4", "reported"],
    ]
    assert "not measured: no records" in html
    assert "raised KeyError" in html
    assert "3 of 4 trials recorded" in html


def test_text_from_a_suite_is_escaped_and_bounded():
    html = render_claims([suite_of(finding(HOSTILE, HOSTILE, measured=1.0, holds=True))]).decode()
    assert "<script" not in html
    assert "\u202e" not in html
    assert len(html) < 20_000 + len(re.findall(r"<style>(.*?)</style>", html, re.DOTALL)[0])


def test_the_page_runs_and_loads_nothing():
    html = render_claims([suite_of(finding())]).decode()
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)[0]
    assert "script-src" not in policy
    assert policy.startswith("default-src")
    assert re.findall(r'src="[^"]*"', html) == []
    links = re.findall(r'href="([^"]*)"', html)
    assert {link for link in links if not link.startswith(("#", "data:"))} == {
        "index.html", "claims.html", "records.jsonl",
    }  # fmt: skip


@pytest.mark.parametrize("longest", [1, 40, 400])
def test_the_text_table_keeps_within_a_hundred_columns(longest):
    text = ("word " * 100)[:longest] + "x"
    shown = finding(text, text, 123456.789, measured=-1.23456e-17, low=-1e300, high=1e300, holds=False)
    table = claims_table(suite_of(shown, finding("b", text, reason=text), finding("c", text, fault=text)))
    assert max(map(len, table.splitlines())) <= 100


def test_the_board_command_writes_the_page_and_links_to_it(bench_cli, tmp_path):
    words = ("board", "build", "--no-figures", "--store", PUBLISHED, "--suite", "digits", "--out")
    assert bench_cli(*words, tmp_path / "one")[0] == 0
    page = (tmp_path / "one" / "claims.html").read_bytes()
    assert b"magnitude-beats-random" in page
    assert b'href="claims.html"' in (tmp_path / "one" / "index.html").read_bytes()
    assert bench_cli(*words, tmp_path / "two")[0] == 0
    assert (tmp_path / "two" / "claims.html").read_bytes() == page


def test_records_of_unknown_suites_or_versions_have_no_claims(catalog, records, change):
    assert published_claims(catalog, records, pytest.fail) == ()
    [first, *_] = read_records(PUBLISHED, "digits")
    assert len(published_claims(catalog, [first], pytest.fail)) == 1
    assert published_claims(catalog, [change(first, {"suite/version": "0"})], pytest.fail) == ()
