"""Published points: drawn hollow, named with their source, and never in the table."""

import json

import pytest

from tests.browser.conftest import SUITE

REFERENCE = [
    {"task": "cifar10", "model": "lenet-5", "method": "theirs", "sparsity": sparsity, "value": value,
     "spectral_error": error, "source": "Somebody, Table 1, 2020"}
    for sparsity, value, error in [(0.6, 0.97, 0.3), (0.85, 0.9, None)]
]  # fmt: skip


@pytest.fixture
def page(board):
    """The suite's page with reference points in its data, beside the true one."""
    html = (board / SUITE).read_text(encoding="utf-8")
    start = '<script type="application/json" id="data">{'
    assert html.count(start) == 1
    path = "suites/with-reference.html"
    data = json.dumps(REFERENCE)
    (board / path).write_text(html.replace(start, f'{start}"reference":{data},'), encoding="utf-8")
    yield path
    (board / path).unlink()


def test_published_points_are_hollow_and_not_in_the_table(visit, page):
    view = visit(page)
    marks = view.page.locator("#charts .cp .point")
    assert marks.count() == 2 + 1 + 1
    colours = marks.evaluate_all(
        "es => es.map(e => [getComputedStyle(e).fill, getComputedStyle(document.body).backgroundColor])"
    )
    assert all(fill == paper for fill, paper in colours)
    assert len(view.rows()) == 5
    assert view.page.locator("#key-published").is_visible()
    assert "theirs (published)" in view.texts("#legend li")


def test_a_published_point_says_where_it_is_from_and_cannot_be_picked(visit, page):
    view = visit(page)
    view.page.locator("#charts figure:nth-child(1) .cp .point").first.focus()
    assert "Published, not ours: Somebody, Table 1, 2020" in view.texts("#charts .tip:not([hidden])")[0]
    view.page.keyboard.press("Enter")
    assert "pick" not in view.page.url


def test_a_network_without_published_points_has_no_key_for_them(visit, page):
    view = visit(f"{page}#model=resnet-20")
    assert view.page.locator("#charts .cp").count() == 0
    assert view.page.locator("#key-published").is_hidden()
