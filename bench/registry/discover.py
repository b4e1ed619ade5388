"""Finds plugins: entry points of installed distributions, and single files."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from types import ModuleType

from bench.errors import UserError
from bench.registry.hookspecs import PROJECT
from bench.registry.origin import INLINE_DISTRIBUTION, Origin


@dataclass(frozen=True)
class Found:
    """A plugin that was found; `load` imports it and may raise anything.

    `problem` says why it cannot even be tried, where its installation is damaged.
    """

    origin: Origin
    load: Callable[[], object]
    problem: str = ""


def installed() -> Iterator[Found]:
    """The entry points of the group `prunebench`, built-ins first, then by distribution and name.

    Each distribution is read alone, so that one with damaged metadata hides no other. Of two
    installations of one distribution the first on the path counts, as it does for imports.
    """
    found: list[Found] = []
    seen: set[str] = set()
    for dist in distributions():
        if not _mentions_us(dist):
            continue
        name, version, problem = _identity(dist)
        key = name.lower().replace("_", "-").replace(".", "-")
        if key not in seen:
            seen.add(key)
            found.extend(_entries(dist, (name, version), problem))
    found.sort(key=lambda one: (not one.origin.is_builtin, one.origin.plugin))
    yield from found


def _mentions_us(dist: Distribution) -> bool:
    try:
        text = dist.read_text("entry_points.txt")
    except (OSError, ValueError):
        return False
    return text is not None and f"[{PROJECT}]" in text.replace(" ", "")


def _identity(dist: Distribution) -> tuple[str, str, str]:
    """Name, version, and what is wrong with the metadata; a damaged one is named after its folder."""
    try:
        facts = dict(dist.metadata.json)
        name, version = facts.get("name"), facts.get("version")
    except Exception:  # noqa: BLE001 - importlib.metadata raises what the damaged file makes it raise
        name = version = None
    folder = Path(str(getattr(dist, "_path", ""))).stem  # all that a damaged installation has
    stem, _, number = folder.partition("-")
    missing = [word for word, value in (("Name", name), ("Version", version)) if not value]
    problem = f"its METADATA has no {' and no '.join(missing)}; install it again" if missing else ""
    return str(name or stem or "unknown"), str(version or number or "0"), problem


def _entries(dist: Distribution, identity: tuple[str, str], problem: str) -> Iterator[Found]:
    try:
        points = list(dist.entry_points.select(group=PROJECT))
    except Exception as error:  # noqa: BLE001 - a malformed file, whatever it makes the parser raise
        reason = f"its entry_points.txt cannot be read ({type(error).__name__}); install it again"
        yield Found(Origin(*identity, "?"), lambda: None, reason)
        return
    for point in points:
        yield Found(Origin(*identity, point.name), point.load, problem)


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
