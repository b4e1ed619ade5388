"""What only looks imports nothing heavy: help, lists and plans answer in tenths of a second."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("torch", "timm", "pandas", "seaborn", "matplotlib", "scipy", "sklearn", "numpy")
PROBE = """
import json, sys
{first}
from bench.cli import invoke
code = invoke({words!r})
heavy = sorted(name for name in {heavy!r} if name in sys.modules)
print(json.dumps([code, heavy]), file=sys.stderr)
"""
LOOKING = (
    ["--help"],
    ["--version"],
    ["run", "--help"],
    ["list"],
    ["list", "pruners"],
    ["list", "plugins"],
    ["show", "magnitude"],
    ["plan", "digits"],
    ["run", "digits", "--dry-run"],
)


def probe(words: list[str], first: str = "") -> tuple[int, list[str]]:
    source = PROBE.format(words=words, heavy=HEAVY, first=first)
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    code, heavy = json.loads(done.stderr.splitlines()[-1])
    return code, heavy


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_looking_imports_nothing_heavy(words: list[str], tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_STORE", str(tmp_path / "store"))
    assert probe(words) == (0, [])


def test_the_probe_sees_what_is_imported() -> None:
    assert probe(["list"], first="import numpy") == (0, ["numpy"])


def test_importing_what_authors_import_is_light() -> None:
    source = f"import sys, bench; sys.exit(any(name in sys.modules for name in {HEAVY!r}))"
    assert subprocess.run([sys.executable, "-c", source], check=False).returncode == 0
