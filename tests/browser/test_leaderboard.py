"""The leaderboard of the records that are accepted today, in a real browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.cli import invoke
from tests.browser.test_page import OVERFLOW

RECORDS = Path(__file__).parents[2] / "leaderboard" / "records"
LARGEST = 300_000


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """What `bench board build` makes of the accepted records, figures left out."""
    site = tmp_path_factory.mktemp("leaderboard") / "site"
    words = ["board", "build", "--store", str(RECORDS), "--out", str(site), "--no-figures", "--json"]
    assert invoke(words) == 0
    return site


def pages(site):
    return [
        "index.html",
        "claims.html",
        *(f"suites/{path.name}" for path in sorted(site.glob("suites/*.html"))),
    ]


def test_every_suite_with_records_has_a_page_and_its_claims_hold_their_places(built):
    suites = {path.name.removesuffix(".jsonl.gz") for path in RECORDS.glob("*.jsonl.gz")}
    assert {path.name.split(".")[0] for path in built.glob("suites/*.html")} == suites
    assert {cell["suite"] for cell in json.loads((built / "leaderboard.json").read_text())["cells"]} == suites


def test_no_page_is_large(built):
    sizes = {path: (built / path).stat().st_size for path in pages(built)}
    assert {path: size for path, size in sizes.items() if size >= LARGEST} == {}


def test_every_page_opens_clean_and_in_its_width(visit, built, look):
    for path in pages(built):
        view = visit(path, look, base=f"{built.as_uri()}/")
        assert view.page.evaluate(OVERFLOW) <= 0, path
        assert view.asked == [f"{built.as_uri()}/{path}"]


def test_every_suite_page_shows_all_of_its_entries_in_table_and_charts(visit, built):
    for path in pages(built)[2:]:
        view = visit(path, base=f"{built.as_uri()}/")
        [count] = view.texts("#count")
        shown = len(view.rows())
        assert count.startswith(f"{shown} of {shown} entr"), path
        assert view.page.locator("#charts figure").count() == 3
