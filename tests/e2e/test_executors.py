"""Executors: the records of a run are the same to the bit wherever its trials ran, and so is its store."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

import bench
from bench.registry.origin import Selection
from bench.runner.request import RunRequest
from bench.store.reading import read_records

PAGE = Path(__file__).parents[2] / "docs" / "plugins" / "executors.md"
SUITE = """
schema = 1
name = "spread"
version = "1"
summary = "Students, rewinds, rounds and controls, small."

[grid]
task = "digits"
model = { name = "mlp", params = { hidden = [12] } }
seed = 0
sparsity = [0.5, 0.8]

[recipe.train]
epochs = 2
objective = "distillation"

[recipe.finetune]
epochs = 1

[teacher]
model = { name = "mlp", params = { hidden = [20] } }
stages = ["train"]
recipe.train.epochs = 1
recipe.train.objective = "supervised"

[[entry]]
pruner = "magnitude"
schedule = { name = "iterative", params = { rounds = 2, retrain = "weight-rewind", rewind_epoch = 1 } }
control = "layer-matched"

[[entry]]
pruner = "from-a-file"
"""
PRUNER = """
import bench


def build(params):
    return lambda given: {name: layer.weight.abs() for name, layer in given.layers.items()}


@bench.hookimpl
def bench_pruners():
    yield bench.Pruner(name="from-a-file", summary="Magnitude, from a file.", build=build)
"""


def example() -> str:
    """The executor of the documentation."""
    [source] = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return source


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Runs the suite into a new store, and gives that."""
    folder = tmp_path_factory.mktemp("spread")
    suite, files = folder / "spread.toml", (folder / "from_a_file.py", folder / "processes.py")
    suite.write_text(SUITE)
    for path, source in zip(files, (PRUNER, example()), strict=True):
        path.write_text(source)

    def start(name: str, **options) -> Path:
        request = RunRequest(Path(), progress=False, jobs=2, device="cpu", **options)
        bench.run(suite, folder / name, request=request, plugins=Selection(which="builtin", files=files))
        return folder / name

    return start


@pytest.fixture(scope="module")
def here(run):
    """The store of a run by the worker processes of this machine."""
    return run("here")


@pytest.fixture(scope="module")
def elsewhere(run):
    """The store of a run by processes that do not see it."""
    return run("elsewhere", executor="processes")


def numbers(store):
    return {record.trial_id: record.reproducible() for record in read_records(store)}


def artifacts(store):
    return {
        str(path.relative_to(store)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in store.rglob("artifacts/*/*.safetensors")
    }


def test_records_are_the_same_to_the_bit_wherever_trials_ran(here, elsewhere):
    assert len(numbers(here)) == 6
    assert numbers(elsewhere) == numbers(here)


def test_networks_come_back_into_the_store_as_if_they_had_been_made_there(here, elsewhere):
    made = artifacts(here)
    assert {Path(name).parent.name for name in made} == {
        "train", "teacher", "epoch", "round", "counts", "finetune"
    }  # fmt: skip
    assert artifacts(elsewhere) == made
    assert list(elsewhere.rglob("*.tmp")) == []


def test_what_is_done_is_not_done_again(elsewhere, run):
    before = {path: path.stat().st_mtime_ns for path in elsewhere.rglob("*.json")}
    assert run("elsewhere", executor="processes") == elsewhere
    assert {path: path.stat().st_mtime_ns for path in elsewhere.rglob("*.json")} == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--executor", "locl"], "unknown executor 'locl'\nhint: did you mean 'local'"),
        (["--address", "auto"], "executor 'local': unknown parameter 'address'\nhint: it takes no"),
        (["--executor-set", "cpus=1"], "executor 'local': unknown parameter 'cpus'\nhint: it takes no"),
        (["--executor-set", "cpus"], "--executor-set cpus: not KEY=VALUE\nhint: for example"),
    ],
    ids=["name", "address", "parameter", "pair"],
)
def test_what_an_executor_cannot_be_told_is_said_at_once(bench_cli, write_suite, tmp_path, words, told):
    code, out, err = bench_cli("run", write_suite(), "--store", tmp_path / "store", *words)
    assert (code, out) == (2, "")
    assert told in err
    assert not (tmp_path / "store").exists()


def test_an_executor_that_ends_too_early_is_named(bench_cli, write_suite, tmp_path):
    plugin = tmp_path / "lazy.py"
    plugin.write_text(
        "import bench\n@bench.hookimpl\ndef bench_executors():\n"
        "    yield bench.Executor(name='lazy', summary='s', build=lambda _: lambda work: None)\n"
    )
    words = ("--store", tmp_path / "store", "--plugin-file", plugin, "--executor", "lazy")
    code, _, err = bench_cli("run", write_suite(), *words)
    assert code == 2
    assert "executor 'lazy' ended before the work was done" in err
