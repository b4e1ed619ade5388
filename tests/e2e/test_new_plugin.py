"""`bench plugins new`: what it writes can be built and installed, passes the kit, and runs in a suite."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import TINY

ROOT = Path(__file__).parents[2]
KINDS = (
    "pruner",
    "parametrization",
    "model",
    "task",
    "objective",
    "measure",
    "analysis",
    "figure",
    "executor",
)


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """Writes, builds and installs one package a kind; the folder, and the environment that sees them."""
    folder = tmp_path_factory.mktemp("new")
    site = folder / "site"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(site), str(ROOT), str(ROOT / "plugins")])}
    for kind in KINDS:
        run(environment, folder, "-m", "bench", "plugins", "new", f"my-{kind}", "--kind", kind)
    for kind in ("pruner", "model"):
        build = ["-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"]
        run(environment, folder / f"bench-my-{kind}", *build)
    for wheel in (folder / "dist").glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    return folder, environment


def run(environment, folder, *words):
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_installed_package_passes_every_check(beside):
    folder, environment = beside
    out = run(environment, folder, "-m", "bench", "plugins", "check", "bench-my-pruner")
    assert "pruner my-pruner" in out
    assert "0 failed" in out


def test_its_own_test_passes(beside):
    folder, environment = beside
    out = run(environment, folder / "bench-my-pruner", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert " passed" in out
    assert "failed" not in out


def test_what_it_offers_runs_in_a_suite(beside, tmp_path):
    folder, environment = beside
    suite = tmp_path / "tiny.toml"
    suite.write_text(TINY.replace('"random"', '"my-pruner"').replace('"lenet-300-100"', '"my-model"'))
    run(environment, folder, "-m", "bench", "run", suite, "--store", tmp_path / "store")
    assert len(list((tmp_path / "store" / "records").rglob("*.json"))) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_passes_from_its_file_alone(beside, bench_cli, kind, tmp_path):
    folder, _ = beside
    source = folder / f"bench-my-{kind}" / "src" / f"bench_my_{kind}" / "__init__.py"
    plugin = tmp_path / f"my_{kind}.py"
    plugin.write_bytes(source.read_bytes())
    code, out, _ = bench_cli("plugins", "check", "--plugins", "builtin", "--plugin-file", plugin)
    assert code == 0, out
    assert f"{kind} my-{kind}" in out
