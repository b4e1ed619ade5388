"""Pointer and keyboard: the same entry and the same point light up in every chart and in the table."""

import re

from tests.browser.conftest import SUITE


def lit(view):
    """The entries that are lit: in each chart, in the table, and how many points are ringed."""
    charts = [
        view.page.locator(f"#charts figure:nth-child({number}) .series.hot").evaluate_all(
            "es => es.map(e => e.dataset.id)"
        )
        for number in (1, 2, 3)
    ]
    rows = view.page.locator("#table tr.hot").evaluate_all("es => es.map(e => e.dataset.id)")
    return [*charts, rows], view.page.locator("#charts .point.now").count()


def point_of(view, label, column, chart=1):
    """The place of an entry's point in a chart."""
    row = (
        view.page.get_by_role("button", name=label, exact=True)
        .locator("xpath=ancestor::tr")
        .get_attribute("data-id")
    )
    mark = view.page.locator(f'#charts figure:nth-child({chart}) [data-id="{row}"] use.point').nth(column)
    box = mark.bounding_box()
    return row, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_point_under_the_pointer_lights_up_everywhere(visit, look):
    view = visit(look=look)
    row, x, y = point_of(view, "magnitude (scope=layer)", 3, chart=2)
    view.page.mouse.move(x, y)
    assert lit(view) == ([[row]] * 4, 3)
    assert view.texts("#table td.now") != []
    assert "95 % sparsity" in view.texts("#charts .tip:not([hidden])")[0]
    view.page.mouse.move(1, 1)
    assert lit(view) == ([[]] * 4, 0)


def test_a_row_under_the_pointer_lights_up_in_every_chart(visit):
    view = visit()
    cell = view.page.locator('#table tbody tr[data-id] td[data-column="2"]').nth(1)
    cell.hover()
    row = cell.locator("xpath=ancestor::tr").get_attribute("data-id")
    assert lit(view) == ([[row]] * 4, 3)


def test_a_click_opens_the_row_and_keeps_the_point(visit, look):
    view = visit(look=look)
    row, x, y = point_of(view, "weight-decay", 4, chart=2)
    view.page.mouse.click(x, y)
    view.page.mouse.move(1, 1)
    assert lit(view) == ([[row]] * 4, 3)
    assert re.search(f"pick={row}&at=4", view.page.url)
    assert view.page.locator("#table .detail").count() == 1


def test_points_that_coincide_are_listed_and_each_can_be_chosen(visit, look):
    view = visit(look=look)
    twin, x, y = point_of(view, "twin", 4)
    view.page.mouse.move(x, y)
    assert "Also here; click to choose:" in view.texts("#charts .tip:not([hidden])")[0]
    view.page.mouse.click(x, y)
    buttons = view.page.locator("#pile button")
    assert sorted(buttons.all_inner_texts()) == ["random", "twin"]
    assert view.active("e.closest('#pile') !== null")
    view.page.keyboard.press("ArrowRight")
    view.page.locator("#pile").get_by_role("button", name="twin").press("Enter")
    assert f"pick={twin}&at=4" in view.page.url
    assert view.page.locator("#pile").is_hidden()


def test_escape_closes_the_list_and_chooses_nothing(visit):
    view = visit()
    _, x, y = point_of(view, "twin", 4)
    view.page.mouse.click(x, y)
    view.page.keyboard.press("Escape")
    assert view.page.locator("#pile").is_hidden()
    assert "pick" not in view.page.url


def test_arrows_reach_every_point_of_a_chart_also_those_that_coincide(visit):
    view = visit()
    view.page.locator("#charts figure:nth-child(1) use.point[tabindex='0']").focus()
    seen = set()
    for _ in range(5):
        for _ in range(5):
            seen.add(view.active("e.getAttribute('aria-label')"))
            view.page.keyboard.press("ArrowDown")
        view.page.keyboard.press("ArrowRight")
    assert len(seen) == 25
    assert any(label.startswith("twin,") for label in seen)


def tab_to(view, selector):
    for _ in range(60):
        view.page.keyboard.press("Tab")
        if view.active(f"e.matches({selector!r})"):
            return
    raise AssertionError(f"no way to {selector} with the tab key")


def test_the_keyboard_alone_picks_sorts_filters_and_opens(visit, look):
    view = visit(look=look)
    tab_to(view, "#model")
    view.page.keyboard.press("ArrowDown")
    assert "model=resnet-20" in view.page.url
    tab_to(view, "use.point")
    view.page.keyboard.press("End")
    row = view.active("e.closest('.series').dataset.id")
    assert lit(view) == ([[row]] * 4, 3)
    view.page.keyboard.press("Enter")
    assert f"pick={row}&at=4" in view.page.url
    tab_to(view, "#filter")
    view.page.keyboard.type("magnitude")
    assert view.texts("#count") == ["2 of 5 entries"]
    tab_to(view, 'th[data-sort="s2"] button')
    view.page.keyboard.press("Enter")
    assert view.active("e.closest('th').getAttribute('aria-sort')") == "descending"
    tab_to(view, "tr[data-id] button")
    before = view.active("e.getAttribute('aria-expanded')")
    view.page.keyboard.press("Enter")
    assert view.active("e.getAttribute('aria-expanded')") != before


def test_every_control_has_a_name(visit):
    view = visit(f"{SUITE}#q=twin")
    name = "e.labels?.[0]?.textContent || e.getAttribute('aria-label') || e.textContent"
    names = view.page.locator("select, input, button, [tabindex='0']").evaluate_all(
        f"es => es.filter(e => e.checkVisibility()).map(e => {name})"
    )
    assert all(name and name.strip() for name in names)
