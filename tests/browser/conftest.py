"""A real Chromium, and a small board for it: several networks, and points that coincide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.board.build import build_board
from bench.store.store import Store
from tests.chromium import chromium
from tests.synthetic import altered, synthetic

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SUITE = "suites/cifar10-pruning.1.html"
_WATCH = """
window.violations = [];
const note = event => window.violations.push(event.violatedDirective);
document.addEventListener("securitypolicyviolation", note);
"""


@dataclass
class View:
    """A page in the browser, with what went wrong on it and what it asked for."""

    page: Page
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def rows(self) -> list[str]:
        """The names in the table, from top to bottom."""
        return self.page.locator("#table tbody tr[data-id] > th button").all_inner_texts()

    def texts(self, selector: str) -> list[str]:
        """The texts of all that `selector` fits."""
        return self.page.locator(selector).all_inner_texts()

    def active(self, expression: str) -> Any:
        """What `expression` says of the focused element, called `e`."""
        return self.page.evaluate(f"(e => {expression})(document.activeElement)")


Opener = Callable[..., View]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, closed before others open theirs; without one, tests are skipped, or fail if it is needed."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built board of two suites; in the first, `twin` has the very numbers of `random`."""
    folder = tmp_path_factory.mktemp("board")
    store = Store.open(folder / "store")
    for one in synthetic(("lenet-5", "resnet-20")):
        store.write(one)
        if one.spec.pruner == "random":
            store.write(altered(one, {"spec/pruner": "twin", "components/pruner/name": "twin"}))
    for one in synthetic(seeds=(0,), suite="one-seed"):
        store.write(one)
    build_board(folder / "store", folder / "site", figures=False)
    return folder / "site"


@pytest.fixture(
    params=[(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def look(request: pytest.FixtureRequest) -> tuple[int, str]:
    """Width in CSS pixels, and colour scheme."""
    width, scheme = request.param
    return width, scheme


@pytest.fixture
def visit(browser: Browser, board: Path) -> Iterator[Opener]:
    """Opens a page of the board; at the end, nothing may have gone wrong on any."""
    views: list[View] = []

    def opened(path: str = SUITE, look: tuple[int, str] = (1280, "light"), base: str | None = None) -> View:
        width, scheme = look
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        context.add_init_script(_WATCH)
        view = View(context.new_page())
        view.page.set_default_timeout(5000)
        view.page.on("console", lambda line: view.wrong.append(line.text))
        view.page.on("pageerror", lambda error: view.wrong.append(str(error)))
        view.page.on("request", lambda request: view.asked.append(request.url))
        view.page.goto((base or f"{board.as_uri()}/") + path)
        views.append(view)
        return view

    yield opened
    for view in views:
        assert view.wrong == []
        assert view.page.evaluate("window.violations") == []
        view.page.context.close()
