"""What lies in a folder of data, so that a cache notices when it changes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def listing(root: Path, paths: Iterable[Path]) -> list[tuple[str, int, int]]:
    """Name, size and time of change (ns) of the files among and below `paths`, by name.

    Names are relative to `root`, so that a data folder may be moved. Nothing is opened.
    """
    found = []
    for path in paths:
        for file in _files(path):
            seen = file.stat()
            found.append((os.path.relpath(file, root).replace(os.sep, "/"), seen.st_size, seen.st_mtime_ns))
    return sorted(found)


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    return (Path(folder, name) for folder, _, names in os.walk(path, followlinks=True) for name in names)
