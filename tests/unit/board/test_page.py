"""The pages: complete, escaped, and unable to load anything."""

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest

from bench.board.csp import source_hash
from bench.board.frame import tidy
from bench.board.marks import marks, shape
from bench.board.overview import render_overview
from bench.board.page import Footing, Frame, link_of, render_suite
from bench.board.standings import standings

FOOTING = Footing(("0.1.0",), ("a GPU, a CPU",), 180)
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


def suite_html(cells):
    links = tuple(dict.fromkeys(link_of(cell) for cell in cells))
    mine = [cell for cell in cells if link_of(cell) == links[0]]
    return render_suite(mine, Frame(links, FOOTING)).decode()


def overview_html(cells):
    return render_overview(cells, FOOTING).decode()


PAGES = pytest.mark.parametrize("page", [suite_html, overview_html])


@PAGES
def test_every_element_is_closed_where_it_was_opened(cells, page):
    assert Reader(page(cells)).open == []


@PAGES
def test_the_policy_names_the_inlined_style_and_script_and_nothing_else(cells, page):
    html = page(cells)
    reader = Reader(html)
    policy = next(a["content"] for t, a in reader.starts if a.get("http-equiv") == "Content-Security-Policy")
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == "'none'"
    assert [parts["style-src"]] == [
        source_hash(text) for text in re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    ]
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert [parts[key] for key in parts if key == "script-src"] == [source_hash(text) for text in scripts]
    assert len(scripts) == (page is suite_html)
    assert "unsafe" not in policy


@PAGES
def test_nothing_is_loaded_from_anywhere(cells, page):
    for tag, attributes in Reader(page(cells)).starts:
        assert tag not in {"iframe", "object", "embed", "base", "img", "audio", "video"}
        assert "src" not in attributes
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        target = attributes.get("href") or ""
        assert "//" not in target or target.startswith("data:image/svg+xml,")


@PAGES
@pytest.mark.parametrize(
    "path", ["spec/task", "spec/model", "spec/pruner", "spec/parametrization", "spec/schedule",
             "suite/version", "spec/params/scope", "env/device", "env/cpu", "env/prunebench",
             "components/pruner/version", "components/pruner/distribution"],
)  # fmt: skip
def test_a_hostile_text_is_shown_as_text(records, change, page, path):
    clean = records[:2]
    shows_as_text(page, tidy([*clean, *(change(one, {path: HOSTILE}) for one in clean)]))


@PAGES
def test_a_hostile_name_of_a_suite_would_be_shown_as_text_if_a_record_could_have_it(records, page):
    shows_as_text(page, tidy(records[:2]).assign(**{"suite.name": HOSTILE}))


def shows_as_text(page, frame):
    cells = sorted(standings(frame), key=lambda cell: "alert" not in cell.suite + cell.version)
    html = page(cells)
    reader = Reader(html)
    assert [tag for tag, _ in reader.starts].count("script") == 2 * (page is suite_html)
    assert not any(tag == "img" or "onerror" in attributes for tag, attributes in reader.starts)
    assert "alert(1)</script>" not in html
    assert not set("\u202e\u2028\x00") & set(html)


def test_the_overview_names_every_network_and_links_to_where_it_stands(cells):
    reader = Reader(overview_html(cells))
    links = [attributes["href"] for tag, attributes in reader.starts if tag == "a"]
    for cell in cells:
        assert f"suites/cifar10-pruning.1.html#task={cell.task}&model={cell.model}" in links
    assert {f"{cell.task} · {cell.model}" for cell in cells} <= set(reader.texts["a"])


def test_the_overview_names_what_leads_and_what_is_not_told_apart_from_it(cells):
    shown = " ".join(Reader(overview_html(cells)).texts["td"])
    for cell in cells:
        assert cell.standings[0].label in shown


def test_tables_have_captions_and_scopes(cells):
    html = overview_html(cells)
    reader = Reader(html)
    heads = [attributes for tag, attributes in reader.starts if tag == "th"]
    assert heads
    assert all(attributes.get("scope") in {"col", "row"} for attributes in heads)
    assert html.count("<caption") == html.count("<table")


def test_a_page_links_to_every_suite_and_marks_its_own(make):
    cells = standings(tidy([*make(suite="one", seeds=(0,)), *make(suite="two", seeds=(0,))]))
    reader = Reader(suite_html(cells))
    options = {
        a["value"]: "selected" in a for tag, a in reader.starts if tag == "option" and "html" in a["value"]
    }
    assert options == {"../suites/one.1.html": True, "../suites/two.1.html": False}


def test_pages_of_suites_never_share_a_path():
    names = [
        ("a", "1"),
        ("A", "1"),
        ("a b", "1"),
        ("a-b", "1"),
        ("a", "1-2"),
        ("a-1", "2"),
        ("../a", "1"),
        ("a" * 99, "1"),
    ]
    pages = {link_of(type("Cell", (), {"suite": name, "version": version})).page for name, version in names}
    assert len(pages) == len(names)
    assert all(re.fullmatch(r"suites/[a-z0-9.-]+\.html", page) for page in pages)


def test_an_entry_looks_the_same_in_every_cell_of_its_suite(cells):
    assert len(marks(cells)) == 4
    assert len({(mark % 6, shape(mark)) for mark in range(48)}) == 48


def test_entries_on_the_front_come_first_and_so_differ_in_colour(cells):
    numbers = marks(cells)
    leads = {cell.standings[row].label for cell in cells for row, _ in cell.front}
    assert sorted(numbers[label] for label in leads) == list(range(len(leads)))


def test_no_records_make_a_page_that_says_so():
    html = overview_html(())
    assert "No records yet" in html
    assert Reader(html).open == []


@PAGES
def test_no_inlined_file_can_end_its_element(cells, page):
    html = page(cells)
    assert html.count("</script>") == 2 * (page is suite_html)
    assert html.count("</style>") == 1


@PAGES
def test_every_column_is_defined(cells, page):
    defined = {text.strip() for text in Reader(page(cells)).texts["dt"]}
    assert {
        "Entry", "Standing", "Area", "Seeds", "Cost", "Accuracy", "Dense", "Sparsity", "±",
        "Difference to dense", "Spectral-norm error", "Achieved sparsity", "Multiply-adds",
        "Theoretical speed-up", "Compression", "Latency", "Pareto front", "Published",
    } <= defined  # fmt: skip
    assert len(defined) == len(Reader(page(cells)).texts["dt"])


def test_the_data_holds_no_markup(cells):
    text = re.search(
        r'<script type="application/json" id="data">(.*?)</script>', suite_html(cells), re.DOTALL
    )[1]
    assert not set("<>&") & set(text)
    assert unescape(text) == text
    assert [cell["model"] for cell in json.loads(text)["cells"]] == [cell.model for cell in cells]
