"""The downloads and the terminal's table."""

import csv
import io
import json

import pytest

from bench.board.frame import tidy
from bench.board.labels import distinct_labels
from bench.board.markdown import escaped, markdown
from bench.board.published import leaderboard_json, records_jsonl
from bench.board.standings import standings
from bench.board.standings_csv import standings_csv
from bench.board.terminal import standings_table
from bench.board.text import plain_text, slug
from bench.store.reading import parse_record


def _lines(cells):
    return list(csv.DictReader(io.StringIO(standings_csv(cells).decode())))


def test_the_csv_has_a_line_for_each_contestant_and_sparsity(cells):
    lines = _lines(cells)
    assert len(lines) == 3 * 4 * 5
    point = cells[0].standings[0].points[0]
    assert float(lines[0]["primary"]) == pytest.approx(point.primary.mean, rel=1e-7)
    assert float(lines[0]["difference_half"]) == pytest.approx(point.difference.half, rel=1e-7)
    assert float(lines[0]["achieved"]) == pytest.approx(point.achieved.mean, rel=1e-7)
    assert json.loads(lines[0]["params"]) == dict(cells[0].standings[0].params)


def test_a_missing_number_is_an_empty_field(records, change):
    lines = _lines(standings(tidy([change(records[0], {"metrics/spectral_error": None})])))
    assert (lines[0]["spectral"], lines[0]["primary_half"], lines[0]["group"]) == ("", "", "")


def test_no_field_is_a_formula(records, change):
    lines = _lines(standings(tidy([change(records[0], {"spec/pruner": "=HYPERLINK(1)"})])))
    assert lines[0]["pruner"] == "'=HYPERLINK(1)"
    assert lines[0]["label"].startswith("'")


def test_the_records_are_sorted_and_read_back_as_they_were(records):
    data = records_jsonl(reversed(records))
    assert data == records_jsonl(records)
    read = [parse_record(line, "line") for line in data.splitlines()]
    assert read == sorted(records, key=lambda one: one.trial_id)


def test_the_json_holds_the_standings(cells):
    plain = json.loads(leaderboard_json(cells))
    first = plain["cells"][0]["standings"][0]
    assert plain["schema"] == 1
    assert first["label"] == cells[0].standings[0].label
    assert first["points"][0]["primary"]["mean"] == pytest.approx(
        cells[0].standings[0].points[0].primary.mean
    )


def test_the_markdown_has_a_table_row_for_each_contestant(cells):
    text = markdown(cells).decode()
    for cell in cells:
        for one in cell.standings:
            assert text.count(f"| {escaped(one.label)} |") == 2 * len(cells)
    widths = {line.count("|") for line in text.splitlines() if line.startswith("|")}
    assert widths == {len(cells[0].grid) + 6, len(cells[0].grid) + 2}


@pytest.mark.parametrize(
    "text", ["<img src=x>", "a|b", "[x](javascript:1)", "`code`", "**bold**", "https://x"]
)
def test_markdown_shows_text_literally(text):
    shown = escaped(text)
    assert "<" not in shown
    assert all(shown[index - 1] == "\\" for index, char in enumerate(shown) if char in "|[]()`*:")


def test_the_terminal_table_is_aligned(cells):
    table = standings_table(cells[:1])
    title, header, *rows = table.splitlines()[:6]
    assert "lenet-5" in title
    assert "98 %" in header
    assert {len(row) for row in (header, *rows)} == {len(header)}
    assert any("±" in row for row in rows)
    assert standings_table(()) == ""


def test_a_mean_of_two_seeds_says_so_in_the_terminal(records):
    table = standings_table(standings(tidy([one for one in records if one.spec.seed < 2])))
    assert "(n = 2)" in table


def test_text_is_kept_on_one_line_and_bounded():
    assert plain_text("a\n\x1b[31mb\u202ec\u200b") == "a [31mb c"
    assert len(plain_text("x" * 10_000_000)) == 120
    assert slug("../../etc/Pass wd") == "etc-pass-wd"
    assert slug("\u202e") == "unnamed"


def test_labels_name_only_what_differs():
    labels = distinct_labels(
        {"k1": "magnitude", "k2": "magnitude", "k3": "random"},
        {"k1": {"p.a": 1, "p.b": 2}, "k2": {"p.a": 1, "p.b": 0.5}, "k3": {"p.a": 3}},
        ["p."],
    )
    assert labels == {"k1": "magnitude (b=2)", "k2": "magnitude (b=0.5)", "k3": "random"}


def test_labels_that_nothing_tells_apart_show_their_key():
    labels = distinct_labels({"aaaaaaaaaa": "x", "bbbbbbbbbb": "x"}, {"aaaaaaaaaa": {}, "bbbbbbbbbb": {}}, [])
    assert set(labels.values()) == {"x #aaaaaaaa", "x #bbbbbbbb"}
