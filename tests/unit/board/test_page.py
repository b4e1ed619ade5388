"""The page: complete, escaped, and unable to load anything."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bench.board.csp import source_hash
from bench.board.formats import metric_text
from bench.board.frame import tidy
from bench.board.page import Footing, render
from bench.board.page_data import marks, shape
from bench.board.standings import standings

FOOTING = Footing(("suite 1",), ("0.1.0",), ("a GPU, a CPU",), 180, {})
VOID = {"meta", "link", "input", "br", "hr", "img"}
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`{{7*7}}&amp;\u202e\u2028\x00"


class Reader(HTMLParser):
    """Checks that every element is closed where it was opened, and collects what there is."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.starts: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.starts.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.starts.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> without a beginning"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)


def _page(cells):
    return render(cells, FOOTING).decode()


def test_every_element_is_closed_where_it_was_opened(cells):
    reader = Reader(_page(cells))
    assert reader.open == []
    assert [tag for tag, _ in reader.starts].count("table") == len(cells)


def test_every_row_and_every_number_of_the_primary_metric_is_in_the_table(cells):
    reader = Reader(_page(cells))
    rows = [
        attributes["data-id"] for tag, attributes in reader.starts if tag == "tr" and "data-id" in attributes
    ]
    assert rows == [one.entry[:8] for cell in cells for one in cell.standings]
    shown = set(reader.texts["td"])
    for cell in cells:
        for one in cell.standings:
            assert one.label in reader.texts["span"]
            assert {metric_text(point.primary, cell.metric) for point in one.points} <= shown


def test_the_policy_names_the_inlined_style_and_script_and_nothing_else(cells):
    html = _page(cells)
    reader = Reader(html)
    policy = next(a["content"] for t, a in reader.starts if a.get("http-equiv") == "Content-Security-Policy")
    style = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(style) == len(scripts) == 1
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == "'none'"
    assert parts["style-src"] == source_hash(style[0])
    assert parts["script-src"] == source_hash(scripts[0])
    assert "unsafe" not in policy


def test_nothing_is_loaded_from_anywhere(cells):
    for tag, attributes in Reader(_page(cells)).starts:
        assert tag not in {"iframe", "object", "embed", "base", "img", "audio", "video"}
        assert "src" not in attributes
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        target = attributes.get("href") or ""
        assert "//" not in target or target.startswith("data:image/svg+xml,")


def test_the_table_is_there_without_scripts_and_named_for_screen_readers(cells):
    html = _page(cells)
    assert html.count("<caption>") == len(cells)
    reader = Reader(html)
    heads = [attributes for tag, attributes in reader.starts if tag == "th"]
    assert all(attributes.get("scope") in {"col", "row", "colgroup"} for attributes in heads)
    assert not any(
        "hidden" in a for t, a in reader.starts if t in {"table", "tr"} or a.get("class") == "cell"
    )


@pytest.mark.parametrize(
    "path", ["spec/task", "spec/model", "spec/pruner", "spec/parametrization", "spec/schedule", "suite/name",
             "suite/version", "spec/params/scope", "env/device", "env/cpu", "env/prunebench"],
)  # fmt: skip
def test_a_hostile_text_is_shown_as_text(records, change, path):
    clean = records[:2]
    hostile = [change(one, {path: HOSTILE}) for one in clean]
    cells = standings(tidy([*clean, *hostile]))
    machine = hostile[0].env
    footing = replace(
        FOOTING, suites=tuple(cell.suite for cell in cells), machines=(machine.device, machine.cpu)
    )
    html = render(cells, footing).decode()
    reader = Reader(html)
    assert [tag for tag, _ in reader.starts].count("script") == 2
    assert not any(tag == "img" or "onerror" in attributes for tag, attributes in reader.starts)
    assert "alert(1)</script>" not in html
    if not path.startswith("env"):
        assert "\u202e" not in html
        assert "\x00" not in html


def test_the_data_holds_no_markup_and_is_the_standings(cells):
    html = _page(cells)
    text = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1]
    assert not set("<>&") & set(text)
    data = json.loads(text)
    for cell, packed in zip(cells, data, strict=True):
        first = cell.standings[0].points[0]
        point = packed["rows"][0][5][0]
        assert point[0] * packed["unit"] == pytest.approx(first.primary.mean, abs=5e-5)
        assert point[4] * 1e-4 == pytest.approx(first.spectral.mean, abs=5e-5)
        assert point[6] * 1e-5 == pytest.approx(first.achieved.mean, abs=5e-6)
        assert packed["front"] == [list(place) for place in cell.front]


def test_an_entry_looks_the_same_in_every_cell_of_its_suite(cells):
    numbers = marks(cells)
    assert len(numbers) == 4
    assert len({(mark % 6, shape(mark)) for mark in range(48)}) == 48


def test_ten_thousand_records_worth_of_standings_stay_below_300_kilobytes(cells):
    cell = cells[0]
    rows = [
        replace(one, label=f"{one.label} {number}", entry=f"{number:08x}")
        for number, one in enumerate(cell.standings * 20)
    ]
    many = [replace(cell, model=f"model-{number}", standings=tuple(rows)) for number in range(5)]
    assert sum(len(one.standings) for one in many) == 10_000 / (5 * 5)
    assert len(render(many, FOOTING)) < 300_000


def test_no_records_make_a_page_that_says_so():
    html = _page(())
    assert "No records yet" in html
    assert Reader(html).open == []


def test_no_inlined_file_can_end_its_element(cells):
    html = _page(cells)
    assert html.count("</script>") == 2
    assert html.count("</style>") == 1


def test_every_column_is_defined(cells):
    reader = Reader(_page(cells))
    defined = {text.strip() for text in reader.texts["dt"]}
    assert {"Entry", "Standing", "Area", "Seeds", "Cost", "Accuracy", "Dense", "Sparsity", "±"} <= defined
