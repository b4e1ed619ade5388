"""The Chromium that pages are tested in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NEEDED = "BENCH_NEEDS_BROWSER"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium; where there is none, the test is skipped, or fails if `NEEDED` is set."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    said = "no Chromium on this machine"
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it may be missing
    except ImportError:
        path, said = None, "playwright is not installed"
    if path is None:
        (pytest.fail if os.environ.get(NEEDED) else pytest.skip)(said)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_SWITCHES))
        yield browser
        browser.close()
