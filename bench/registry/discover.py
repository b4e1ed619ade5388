"""Finds plugins: entry points of installed distributions, and single files."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from bench.errors import UserError
from bench.registry.hookspecs import PROJECT
from bench.registry.origin import Origin

INLINE_DISTRIBUTION = "plugin-file"


@dataclass(frozen=True)
class Found:
    """A plugin that was found; `load` imports it and may raise anything."""

    origin: Origin
    load: Callable[[], object]


def installed() -> Iterator[Found]:
    """The entry points of the group `prunebench`, ordered by distribution, then by name."""
    points = []
    for point in entry_points(group=PROJECT):
        dist = point.dist
        name = dist.metadata["Name"] if dist is not None else "unknown"
        version = dist.version if dist is not None else "0"
        points.append((Origin(name, version, point.name), point))
    points.sort(key=lambda pair: (not pair[0].is_builtin, pair[0].plugin))
    seen: set[Origin] = set()
    for origin, point in points:
        if origin not in seen:
            seen.add(origin)
            yield Found(origin, point.load)


def from_file(path: Path) -> Found:
    """The plugin in one Python file, for a quick try; its version is a hash of its source.

    Raises:
        UserError: where there is no such file, or it is no Python file.
    """
    if path.suffix != ".py":
        raise UserError(f"{path}: not a Python file", "a plugin file ends in .py")
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot read the plugin file: {error.strerror}", "check the path") from None
    version = hashlib.sha256(source).hexdigest()[:12]
    return Found(Origin(INLINE_DISTRIBUTION, version, path.stem), lambda: _import(path, version))


def _import(path: Path, version: str) -> ModuleType:
    name = f"_prunebench_plugin_{path.stem}_{version}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
