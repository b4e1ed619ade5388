"""Suites of a folder as components, for plugins that ship suite files."""

from __future__ import annotations

import tomllib
from pathlib import Path

from bench.registry.components import Suite


def suites_in(folder: Path) -> list[Suite]:
    """A `Suite` for every TOML file in `folder`, with the summary that the file gives.

    Raises:
        OSError: where the folder cannot be read.
        ValueError: for a file that is not TOML.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder of suites")
    return [Suite.at(path, _summary(path)) for path in sorted(folder.glob("*.toml"))]


def _summary(path: Path) -> str:
    try:
        summary = tomllib.loads(path.read_text(encoding="utf-8")).get("summary")
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
    return summary if isinstance(summary, str) and summary.strip() else "no summary"
