"""The suites that prunebench ships."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import bench


def _folder() -> Path:
    package = Path(bench.__file__).parent
    installed = package / "_suites"
    return installed if installed.is_dir() else package.parent / "suites"


@bench.hookimpl
def bench_suites() -> Iterable[bench.Suite]:
    """Offer every TOML file of the suites folder."""
    return bench.suites_in(_folder())
