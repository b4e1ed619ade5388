"""Distributions that look installed: a folder on the path with modules and a dist-info."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import invalidate_caches
from pathlib import Path
from textwrap import dedent

import pytest

Install = Callable[..., Path]

PRUNER = """
    import bench

    @bench.hookimpl
    def bench_pruners():
        yield bench.Pruner(name="{name}", summary="Does nothing of note.", build=lambda _: None)
"""


@pytest.fixture
def pruner_source() -> Callable[[str], str]:
    """The source of a sound plugin that offers one pruner by the given name."""
    return lambda name: PRUNER.format(name=name)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a made-up distribution for the length of a test."""
    before = set(sys.modules)

    def installed(
        name: str,
        modules: Mapping[str, str],
        entries: Mapping[str, str] | None = None,
        metadata: str | None = None,
        entry_points: str | None = None,
    ) -> Path:
        site = tmp_path / f"site-{name}"
        info = site / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir(parents=True)
        for module, source in modules.items():
            (site / f"{module}.py").write_text(dedent(source), encoding="utf-8")
        sound = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        (info / "METADATA").write_text(sound if metadata is None else metadata, encoding="utf-8")
        named = entries if entries is not None else {module: module for module in modules}
        lines = "".join(f"{entry} = {target}\n" for entry, target in named.items())
        (info / "entry_points.txt").write_text(entry_points or f"[prunebench]\n{lines}", encoding="utf-8")
        monkeypatch.syspath_prepend(site)
        invalidate_caches()
        return site

    yield installed
    for module in set(sys.modules) - before:
        if module.startswith(("bench_acme", "bench_zeta", "_prunebench_plugin")):
            del sys.modules[module]
