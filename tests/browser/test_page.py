"""The page in a real browser, wide and narrow, light and dark."""

import threading
from pathlib import Path

from bench.board.serve import address, server
from tests.browser.conftest import SUITE

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def first_point(view, chart=1):
    return view.page.locator(f"#charts figure:nth-child({chart}) use.point").first


def test_text_stands_out_and_nothing_is_wider_than_the_window(visit, look):
    for path in ("index.html", SUITE, f"{SUITE}#show=at2&q=magnitude"):
        view = visit(path, look)
        if path == SUITE:
            view.page.locator("#table tbody tr[data-id] > th button").first.click()
        assert view.page.evaluate(CONTRAST) == []
        assert view.page.evaluate(OVERFLOW) <= 0
        assert all(url.startswith("file:") and "/site/" in url for url in view.asked)
        assert len(view.asked) == 1


def test_the_table_and_its_details_scroll_in_regions_of_their_own(visit):
    view = visit(look=(360, "light"))
    region = view.page.locator("#table")
    assert region.get_attribute("aria-label") == "Standings of cifar10, lenet-5"
    assert region.evaluate("e => e.scrollWidth > e.clientWidth")
    view.page.locator("#table tbody tr[data-id] > th button").first.click()
    inside = view.page.locator("#table .inside")
    assert inside.evaluate("e => e.getBoundingClientRect().width") <= 360


def test_a_heading_sorts_and_says_how(visit, look):
    view = visit(look=look)
    heads = view.page.locator("#table th[data-sort]")
    assert view.page.locator("#table th[aria-sort]").all_inner_texts() == ["Area"]
    button = view.page.locator('#table th[data-sort="s4"] button')
    button.click()
    values = [float(text.split()[0]) for text in view.texts('#table td[data-column="4"]')]
    assert values == sorted(values, reverse=True)
    head = view.page.locator('#table th[data-sort="s4"]')
    assert head.get_attribute("aria-sort") == "descending"
    button.click()
    assert [float(text.split()[0]) for text in view.texts('#table td[data-column="4"]')] == values[::-1]
    assert head.get_attribute("aria-sort") == "ascending"
    assert heads.count() == 10
    assert view.page.locator("#table th[aria-sort]").count() == 1


def test_smaller_comes_first_where_smaller_is_better(visit):
    view = visit(f"{SUITE}#show=error")
    view.page.locator('#table th[data-sort="s0"] button').click()
    values = [float(text.split()[0]) for text in view.texts('#table td[data-column="0"]')]
    assert values == sorted(values)


def test_the_filter_leaves_what_fits_in_table_and_charts(visit, look):
    view = visit(look=look)
    assert view.texts("#count") == ["5 of 5 entries"]
    view.page.locator("#filter").fill("LAYER mag")
    assert view.rows() == ["magnitude (scope=layer)"]
    assert view.texts("#count") == ["1 of 5 entries"]
    assert view.page.locator("#charts figure:nth-child(1) .series").count() == 1


def test_a_link_restores_what_was_on_show(visit, look):
    view = visit(look=look)
    view.page.locator("#model").select_option("resnet-20")
    view.page.locator("#axes").select_option("close")
    view.page.locator("#show").select_option("difference")
    view.page.locator("#filter").fill("magnitude")
    view.page.locator('#table th[data-sort="s1"] button').click()
    view.page.locator("#table tbody tr[data-id] > th button").nth(1).click()
    again = visit(SUITE + "#" + view.page.url.split("#")[1], look)
    for selector in ("#table", "#count"):
        assert again.texts(selector) == view.texts(selector)
    for name in ("model", "axes", "show", "filter"):
        assert again.page.locator(f"#{name}").input_value() == view.page.locator(f"#{name}").input_value()
    assert again.page.locator("#table tr.detail").count() == 1


def test_every_measure_at_one_sparsity_stands_in_columns(visit):
    view = visit(f"{SUITE}#show=at2")
    heads = [text.strip() for text in view.texts("#table thead tr:nth-child(2) th")]
    assert [head.partition(" (")[0] for head in heads] == [
        "Accuracy", "Difference to dense", "Spectral-norm error", "Achieved sparsity", "Multiply-adds",
        "Theoretical speed-up", "Compression",
    ]  # fmt: skip
    assert view.texts("#table .what") == ["At sparsity 90 %"]


def test_the_suite_picker_leads_to_the_other_page(visit):
    view = visit()
    view.page.locator("#suite").select_option(label="one-seed 1")
    view.page.wait_for_url("**/suites/one-seed.1.html*")
    assert "(n = 1)" in view.texts("#table td")[2]
    assert view.page.locator("#charts .bars").count() == 0


def test_a_row_opens_to_what_is_behind_it(visit, board):
    view = visit()
    view.page.get_by_role("button", name="magnitude (scope=global)").click()
    [text] = view.texts("#table .detail")
    assert "--only params.scope=global" in text
    assert "prunebench 0.1.0, component version 1" in text
    assert "AMD EPYC 9454" in text
    assert "@software{prunebench," in text
    link = view.page.locator("#table .detail dd a")
    assert link.inner_text() == "15 records"
    assert (board / "suites" / link.get_attribute("href")).resolve().is_file()


def test_the_page_behaves_the_same_from_a_server(visit, board):
    with server(board, 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        view = visit(base=address(running))
        assert len(view.rows()) == 5
        assert view.asked == [address(running) + SUITE]
        running.shutdown()
        thread.join()


def test_entries_off_the_front_are_grey_only_where_there_are_many(visit):
    view = visit()
    assert view.page.locator("#charts .quiet").count() == 0
    assert view.page.locator("#charts figure:nth-child(1) polyline.front").count() == 1
    assert view.page.locator("#legend li").count() == 5


def test_the_sparsity_axis_has_round_ticks(visit):
    view = visit()
    ticks = view.page.locator("#charts figure:nth-child(1) text[text-anchor=middle]")
    assert ticks.all_text_contents() == ["50", "80", "90", "95", "98"]
