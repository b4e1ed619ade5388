"""The wheel: what it installs, and that what it installs works without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_only_packages_called_bench_are_installed(wheel):
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "bench",
        *(path.name for path in (ROOT / "plugins").glob("bench_*")),
    }


def test_every_package_says_that_it_is_typed(installed):
    for package in installed.glob("bench*"):
        if not package.name.endswith(".dist-info"):
            assert (package / "py.typed").exists(), package.name


def test_every_plugin_folder_has_an_entry_point(installed):
    [info] = installed.glob("*.dist-info")
    lines = (info / "entry_points.txt").read_text().splitlines()
    modules = {line.partition(" = ")[2] for line in lines if line.partition(" = ")[2].startswith("bench_")}
    assert modules == {path.name for path in (ROOT / "plugins").glob("bench_*")}


def test_built_ins_and_suites_are_found_outside_the_checkout(installed, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import bench, bench.cli; print(bench.__file__); bench.cli.main(['list', '--json'])",
        ],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    where, _, listed = done.stdout.partition("\n")
    assert Path(where).is_relative_to(installed)
    names = {(row["kind"], row["name"]) for row in json.loads(listed)}
    assert {("suite", "digits"), ("pruner", "magnitude"), ("model", "lenet-5")} <= names


def test_the_page_can_be_built_outside_the_checkout(installed, tmp_path):
    site = installed / "bench" / "_site"
    assert {path.name for path in site.iterdir()} == {
        path.name for path in (ROOT / "leaderboard" / "site").iterdir()
    }
