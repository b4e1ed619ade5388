"""`--executor ray`, on two nodes of this machine: one dies, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.store.reading import read_records
from tests.conftest import TINY

pytest.importorskip("ray")
NODES = Path(__file__).with_name("two_nodes.py")
MANY = TINY.replace("seed = [0]", "seed = [0, 1, 2, 3]").replace("sparsity = [0.5, 0.9]", "sparsity = 0.5")


class Nodes:
    """Two nodes with a CPU each."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, NODES],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=folder,
        )
        self.address = self._process.stdout.readline().strip()

    def kill_one(self) -> None:
        self._tell("kill")
        assert self._process.stdout.readline().strip() == "killed"

    def end(self) -> None:
        self._tell("end")
        self._process.communicate(timeout=60)

    def _tell(self, word: str) -> None:
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """The nodes; the tests that kill one come last."""
    found = Nodes(tmp_path_factory.mktemp("nodes"))
    assert found.address
    yield found
    found.end()


@pytest.fixture
def start(tmp_path):
    """Starts a run of many small trials into `tmp_path/NAME`."""
    suite = tmp_path / "tiny.toml"
    suite.write_text(MANY)
    started = []

    def begin(name, *words):
        process = subprocess.Popen(
            [sys.executable, "-m", "bench", "run", str(suite), "--store", str(tmp_path / name),
             "--no-banks", "--device", "cpu", "--json", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def on(nodes, *words):
    return ("--executor", "ray", "--address", nodes.address, *words)


def numbers(store):
    return {record.trial_id: record.reproducible() for record in read_records(store)}


def wait_for_a_record(store, process):
    while not list(store.rglob("records/*/*.json")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def test_a_request_that_no_node_can_meet_ends_at_once(nodes, start):
    out, err = (process := start("none", *on(nodes, "--executor-set", "cpus=7"))).communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "no node of the cluster has 7 CPUs; of 2, the largest has 1 CPU, 0 GPU" in err
    assert "hint: ask for less with --executor-set" in err


def test_a_cluster_that_does_not_answer_ends_at_once(start):
    out, err = (process := start("none", "--executor", "ray", "--address", "127.0.0.1:9")).communicate(
        timeout=60
    )
    assert (process.returncode, out) == (2, "")
    assert "executor 'ray': no cluster at 127.0.0.1:9" in err


def test_an_interrupted_run_says_how_to_go_on(nodes, start, tmp_path):
    process = start("store", *on(nodes))
    wait_for_a_record(tmp_path / "store", process)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert "run the same command again to go on" in err
    assert "Traceback" not in err


def test_all_records_are_there_and_the_same_after_a_node_died(nodes, start, tmp_path):
    process = start("spread", *on(nodes))
    wait_for_a_record(tmp_path / "spread", process)
    nodes.kill_one()
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert json.loads(out)["trials"] == {"ok": 8, "cached": 0, "failed": 0, "skipped": 0}
    assert "lost, and comes again" in err
    here = start("here", "--jobs", "2")
    assert here.communicate(timeout=240)
    assert here.returncode == 0
    assert numbers(tmp_path / "spread") == numbers(tmp_path / "here")
    assert list((tmp_path / "spread").rglob("*.tmp")) == []
