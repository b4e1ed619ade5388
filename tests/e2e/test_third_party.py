"""A third party's distribution beside prunebench: its pruner runs in a suite, from outside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = '''
"""A third party's plugin."""

import bench


def last_first(given):
    import torch

    return {
        name: -torch.arange(layer.weight.numel(), dtype=torch.float32).view(layer.weight.shape)
        for name, layer in given.layers.items()
    }


@bench.hookimpl
def bench_pruners():
    yield bench.Pruner(
        name="last-first",
        summary="Removes the last weights first.",
        build=lambda params: last_first,
        version="3",
    )
'''
SUITE = """
schema = 1
name = "acme"
version = "1"
summary = "A third party's pruner beside a built-in."
requires = ["bench-acme>=0.2"]

[grid]
task = ["digits"]
model = ["lenet-300-100"]
seed = [0]
sparsity = [0.5]

[recipe.train]
epochs = 1

[recipe.finetune]
epochs = 0

[[entry]]
pruner = "last-first"
params.scope = "layer"

[[entry]]
pruner = "magnitude"
"""


@pytest.fixture
def beside(tmp_path):
    """Installs bench-acme 0.2.1 into a folder of its own; returns the environment that sees it."""
    site = tmp_path / "site"
    (site / "bench_acme").mkdir(parents=True)
    (site / "bench_acme" / "__init__.py").write_text(PLUGIN)
    info = site / "bench_acme-0.2.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bench-acme\nVersion: 0.2.1\n")
    (info / "entry_points.txt").write_text("[prunebench]\nacme = bench_acme\n")
    root = Path(__file__).parents[2]
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(site), str(root), str(root / "plugins")])}


def bench(environment, folder, *words):
    done = subprocess.run(
        [sys.executable, "-m", "bench", *map(str, words)],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_third_partys_pruner_is_listed_and_runs_in_a_suite(beside, tmp_path):
    code, out, err = bench(beside, tmp_path, "list", "pruners", "--json")
    assert (code, err) == (0, "")
    assert {"kind": "pruner", "name": "last-first", "summary": "Removes the last weights first."} | {
        "distribution": "bench-acme",
        "version": "3",
    } in json.loads(out)
    suite = tmp_path / "acme.toml"
    suite.write_text(SUITE)
    code, out, err = bench(beside, tmp_path, "run", suite, "--store", "store", "--json")
    assert code == 0, err
    assert json.loads(out)["trials"] == {"ok": 2, "cached": 0, "failed": 0, "skipped": 0}
    [record] = [
        plain
        for path in (tmp_path / "store" / "records").rglob("*.json")
        if (plain := json.loads(path.read_bytes()))["spec"]["pruner"] == "last-first"
    ]
    assert record["components"]["pruner"] == {
        "name": "last-first",
        "version": "3",
        "distribution": "bench-acme",
        "distribution_version": "0.2.1",
    }
    assert all(layer["zeros"] == layer["weights"] // 2 for layer in record["per_layer"])


def test_without_it_the_suite_stops_before_any_work(tmp_path):
    suite = tmp_path / "acme.toml"
    suite.write_text(SUITE)
    code, out, err = bench(os.environ, tmp_path, "run", suite, "--store", "store")
    assert (code, out) == (2, "")
    assert "requires bench-acme>=0.2, which is not installed" in err
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("name", ["acme", "bench-acme", "bench-acme:acme"])
def test_it_can_be_disabled(beside, tmp_path, name):
    _, out, _ = bench(beside | {"BENCH_DISABLE_PLUGINS": name}, tmp_path, "list", "pruners", "--json")
    assert "last-first" not in {row["name"] for row in json.loads(out)}
