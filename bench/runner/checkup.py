"""Looks at the installation as a run would find it."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from bench.registry.catalog import Catalog
from bench.runner.request import default_data_root
from bench.runner.run import usable_cores


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, whether it is well, and what was seen."""

    check: str
    ok: bool
    detail: str


def checkup(catalog: Catalog, store: Path) -> list[Finding]:
    """All checks, in order; none raises."""
    return [
        Finding("python", ok=True, detail=platform.python_version()),
        *_distributions(),
        *_plugins(catalog),
        _guarded("device", _device),
        Finding("cores", ok=True, detail=f"{usable_cores()} usable"),
        _guarded("store", lambda: _store(store)),
        _guarded("data", _data),
    ]


def _distributions() -> Iterator[Finding]:
    yield Finding("prunebench", ok=True, detail=version("prunebench"))
    for text in requires("prunebench") or []:
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            have = version(wanted.name)
        except PackageNotFoundError:
            yield Finding(wanted.name, ok=False, detail=f"missing; pip install '{text}'")
            continue
        fits = wanted.specifier.contains(have, prereleases=True)
        yield Finding(
            wanted.name, ok=fits, detail=have if fits else f"{have}, but {wanted.specifier} is needed"
        )


def _plugins(catalog: Catalog) -> Iterator[Finding]:
    loaded = [state for state in catalog.plugins if state.state == "loaded"]
    detail = f"{len(loaded)} loaded, {len(catalog.offers)} components"
    hint = "" if loaded else "; built-ins are found through entry points too: reinstall prunebench"
    yield Finding("plugins", ok=bool(loaded), detail=detail + hint)
    for state in catalog.plugins:
        if state.state == "quarantined" or state.refused:
            yield Finding(f"plugin {state.origin.plugin}", ok=False, detail=f"{state.state}: {state.reason}")


def _device() -> str:
    import torch

    if not torch.cuda.is_available():
        return "cpu; no CUDA device"
    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return f"cuda: {', '.join(names)}"


def _store(root: Path) -> str:
    parent = _existing(root)
    if not os.access(parent, os.W_OK):
        raise PermissionError(f"{root} cannot be written")
    from bench.store.store import Store  # noqa: PLC0415

    Store.at(root)
    return _space(root, parent)


def _data() -> str:
    """Where data sets are looked for; that folder may be read-only, decoded data then goes elsewhere."""
    root = default_data_root()
    return _space(root, _existing(root))


def _existing(root: Path) -> Path:
    return root if root.exists() else next(folder for folder in root.absolute().parents if folder.exists())


def _space(root: Path, parent: Path) -> str:
    free = shutil.disk_usage(parent).free / 1e9
    return f"{root}{'' if root.exists() else ' (not there yet)'}, {free:.0f} GB free"


def _guarded(check: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(check, ok=True, detail=look())
    except Exception as error:  # noqa: BLE001 - a finding, whatever it is
        return Finding(check, ok=False, detail=f"{type(error).__name__}: {error}".replace("\n", " "))
