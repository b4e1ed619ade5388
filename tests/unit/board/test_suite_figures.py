"""Figures of suites: asked with their place in the file, drawn or explained, and shown beside the claims."""

from __future__ import annotations

import re
from html import unescape

import pytest
from matplotlib.figure import Figure as Canvas

import bench
from bench.board.claims import SuiteClaims
from bench.board.claims_page import render_claims
from bench.board.suite_figures import Picture, Sketch, drawn, sketches, write_pictures
from bench.errors import UserError
from bench.suite.load import load_suite
from bench.suite.schema import Figure
from bench.testing.figure_frame import figure_frame

HEAD = """
schema = 1
name = "small"
version = "1"
summary = "Small."
grid = { task = "digits", model = "lenet-5", sparsity = 0.5 }
entry = [{ pruner = "magnitude" }]
"""
FIGURE = """
[[figure]]
id = "lead"
title = "A lead"
figure = "trend"
"""
HOSTILE = '</figcaption><script>alert("x")</script>\u202e $\\frac{'


def a_sketch(draw, **changes):
    component = bench.Figure(name="mine", summary="Mine.", build=lambda _: draw)
    fields = {"id": "one", "title": "One", "figure": "mine"} | changes
    return Sketch("small", Figure(**fields), component)


def a_canvas(_):
    canvas = Canvas()
    canvas.subplots().plot([1, 2], [3, 4])
    return canvas


def shown(*pictures):
    return render_claims([SuiteClaims("small", "1", (), 3, 4)], {"small": pictures}).decode()


@pytest.fixture
def load(tmp_path, catalog):
    def loaded(text):
        path = tmp_path / "small.toml"
        path.write_text(HEAD + text, encoding="utf-8")
        return load_suite(path, catalog)

    return loaded


def test_the_figures_of_a_suite_are_sketched_in_the_files_order(load, catalog):
    found = sketches(load(FIGURE + FIGURE.replace("lead", "trail")), catalog)
    assert [one.file("svg") for one in found] == ["small--lead.svg", "small--trail.svg"]
    assert {one.component.name for one in found} == {"trend"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FIGURE.replace("trend", "trends"), r"\[\[figure\]\] 1: unknown figure 'trends'"),
        (FIGURE + "params.were = []", r"\[\[figure\]\] 1: figure 'trend': unknown parameter 'were'"),
        (FIGURE + FIGURE, "two figures have the same id"),
        (FIGURE.replace('"lead"', '"../lead"'), r"\[\[figure\]\] 1: id"),
        (FIGURE + 'colour = "red"', r"\[\[figure\]\] 1: unknown key 'colour'"),
    ],
)
def test_a_figure_that_cannot_be_asked_is_refused_with_its_place(load, catalog, text, message):
    with pytest.raises(UserError, match=message):
        sketches(load(text), catalog)


def test_what_is_drawn_has_equal_bytes_each_time_and_nothing_of_the_day():
    first, again = (drawn(a_sketch(a_canvas), figure_frame()) for _ in range(2))
    assert first.names == ("small--one.svg", "small--one.png")
    assert first.images == again.images
    assert b"<dc:date>" not in first.images["svg"]


def test_a_figure_without_records_or_with_a_reason_is_not_drawn(catalog):
    def refuse(frame):
        raise bench.Unsupported("no curves")

    frame = figure_frame()
    assert drawn(a_sketch(a_canvas), frame.iloc[:0]).reason == "no records"
    assert drawn(a_sketch(refuse), frame).reason == "no curves"


def test_a_figure_that_breaks_costs_itself_alone_and_is_named():
    def mistaken(frame):
        raise bench.UserError("no record has 'x'", "did you mean 'y'?")

    frame = figure_frame()
    assert drawn(a_sketch(lambda frame: frame["nowhere"]), frame).fault.startswith(
        "figure 'mine': raised Key"
    )
    assert "returned int" in drawn(a_sketch(lambda frame: 3), frame).fault
    assert drawn(a_sketch(mistaken), frame).fault == "figure 'mine': no record has 'x' (did you mean 'y'?)"


def test_the_page_links_each_figure_and_loads_it_from_beside_itself(tmp_path):
    picture = drawn(a_sketch(a_canvas, caption="A caption."), figure_frame())
    html = shown(picture)
    assert re.findall(r'src="([^"]*)"', html) == ["figures/claims/small--one.svg"]
    assert 'href="figures/claims/small--one.png"' in html
    assert 'alt="One"' in html
    assert "A caption." in html
    assert "img-src data: 'self' file:;" in unescape(html)
    assert [path.name for path in write_pictures([picture], tmp_path)] == list(picture.names)
    assert (tmp_path / "small--one.svg").read_bytes() == picture.images["svg"]


def test_the_page_says_why_a_figure_is_not_there():
    html = shown(Picture(a_sketch(a_canvas), reason="no curves"), Picture(a_sketch(a_canvas), fault="broke"))
    assert "Not drawn: no curves" in html
    assert "Not drawn: error: broke" in html
    assert "<img" not in html
    assert "'self'" not in unescape(html)


def test_hostile_titles_and_captions_are_text():
    html = shown(Picture(a_sketch(a_canvas, title=HOSTILE, caption=HOSTILE), images={"svg": b"", "png": b""}))
    assert "<script" not in html
    assert "\u202e" not in html
    assert html.count("&lt;script&gt;") == 3  # title, alternative text, caption
