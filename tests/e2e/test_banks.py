"""`bench run` with banks: the numbers of a run without, whoever trains beside whom, whatever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import bench
from bench.runner import run as runs
from bench.runner.progress import Progress
from bench.runner.request import RunRequest
from tests.conftest import TINY
from tests.e2e.test_run import records

SUITE = TINY.replace("seed = [0]", "seed = [0, 1]").replace("epochs = 1", "epochs = 2")
TRIALS = 8
DIVERGING = """
[[entry]]
pruner = "magnitude"
params.scope = "layer"
recipe.finetune.lr = 1e30
"""
DEADLY = """
import os
import signal

import bench


class Deadly:
    def __call__(self, step):
        return step.outputs.logsumexp(1).mean() - step.outputs.gather(1, step.targets[:, None]).mean()

    def rows(self, step):
        if len(step.targets) > 1:
            os.kill(os.getpid(), signal.SIGKILL)
        right = step.outputs.gather(2, step.targets[..., None])
        return step.outputs.logsumexp(2).mean(1) - right.mean((1, 2))


@bench.hookimpl
def bench_objectives():
    yield bench.Objective(name="deadly", summary="Kills whoever banks it.", build=lambda params: Deadly())
"""


def run(suite: Path, store: Path, **options):
    request = RunRequest(Path(), progress=False, **({"jobs": 1} | options))
    return bench.run(suite, store=store, request=request)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The suite, and a store in which it ran in banks."""
    folder = tmp_path_factory.mktemp("banks")
    suite = folder / "tiny.toml"
    suite.write_text(SUITE)
    run(suite, folder / "store")
    return suite, folder / "store"


def test_a_run_without_banks_gives_the_same_numbers(finished, tmp_path, bench_cli):
    suite, store = finished
    code, _, error = bench_cli("run", suite, "--store", tmp_path, "--no-banks", "--jobs", "1")
    assert code == 0, error
    together, alone = records(store), records(tmp_path)
    assert together.keys() == alone.keys()
    assert len(together) == TRIALS
    for trial_id, record in together.items():
        for name in ("accuracy", "accuracy_dense"):
            assert abs(record["metrics"][name] - alone[trial_id]["metrics"][name]) <= 1.01 / 360
        assert record["metrics"]["loss"] == pytest.approx(alone[trial_id]["metrics"]["loss"], abs=1e-4)
        assert record["metrics"]["sparsity"] == alone[trial_id]["metrics"]["sparsity"]


def test_a_trial_on_its_own_gives_the_bits_it_gave_in_company(finished, tmp_path):
    suite, store = finished
    run(suite, tmp_path, only=("seed=1", "pruner=random", "sparsity=0.9"))
    [(trial_id, record)] = records(tmp_path).items()
    assert record == records(store)[trial_id]


def test_more_workers_give_the_same_bits(finished, tmp_path):
    suite, store = finished
    run(suite, tmp_path, jobs=3)
    assert records(tmp_path) == records(store)


def test_every_epoch_is_trained_once_and_told(finished, tmp_path, monkeypatch):
    told = Counter()

    class Counting(Progress):
        def epochs(self, count, trial_id):
            told[trial_id] += count
            super().epochs(count, trial_id)

    monkeypatch.setattr(runs, "Progress", Counting)
    suite, store = finished
    run(suite, tmp_path)
    assert told == {None: 2 * 2} | dict.fromkeys(records(store), 2)


def test_a_trial_that_diverges_costs_itself_alone(finished, tmp_path):
    suite, store = finished
    other = tmp_path / "tiny.toml"
    other.write_text(suite.read_text() + DIVERGING)
    run(other, tmp_path / "store")
    failures = list((tmp_path / "store" / "failures").rglob("*.json"))
    assert len(failures) == 4
    assert all("not finite in epoch 1" in path.read_text() for path in failures)
    assert records(tmp_path / "store") == records(store)


def test_a_killed_run_goes_on_to_the_same_bits(finished, tmp_path):
    suite, _ = finished
    slow = tmp_path / "tiny.toml"
    slow.write_text(suite.read_text().replace("epochs = 2", "epochs = 25"))
    words = [sys.executable, "-m", "bench", "run", str(slow), "--jobs", "1", "--store"]
    process = subprocess.Popen(
        [*words, str(tmp_path / "killed")], stderr=subprocess.DEVNULL, start_new_session=True
    )
    for _ in range(600):
        if list((tmp_path / "killed" / "artifacts").rglob("train/*.json")):
            break
        time.sleep(0.05)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = len(list((tmp_path / "killed").rglob("records/*/*.json")))
    assert done < TRIALS
    run(slow, tmp_path / "killed")
    run(slow, tmp_path / "whole")
    assert records(tmp_path / "killed") == records(tmp_path / "whole")
    assert len(records(tmp_path / "killed")) == TRIALS


def test_a_worker_that_dies_of_a_bank_costs_no_trial(tmp_path):
    plugin, suite = tmp_path / "deadly.py", tmp_path / "tiny.toml"
    plugin.write_text(DEADLY)
    suite.write_text(SUITE.replace("[recipe.finetune]\n", '[recipe.finetune]\nobjective = "deadly"\n'))
    store = tmp_path / "store"
    words = ["run", suite, "--plugin-file", plugin, "--store", store, "--jobs", "1"]
    done = subprocess.run([sys.executable, "-m", "bench", *words], timeout=120, check=False)
    assert done.returncode == 0
    assert len(records(store)) == TRIALS
