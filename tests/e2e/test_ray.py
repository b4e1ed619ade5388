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
MANY = TINY.replace("seed = [0]", "seed = [0, 1, 2, 3]").replace("epochs = 1", "epochs = 40")


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


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Starts a run of sixteen small trials into a store of the given name; `start.folder` has the stores."""
    folder = tmp_path_factory.mktemp("ray")
    suite = folder / "tiny.toml"
    suite.write_text(MANY)
    started = []

    def begin(name, *words):
        process = subprocess.Popen(
            [sys.executable, "-m", "bench", "run", str(suite), "--store", str(folder / name),
             "--device", "cpu", "--json", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        started.append(process)
        return process

    begin.folder = folder
    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def on(nodes, *words):
    return ("--no-banks", "--executor", "ray", "--address", nodes.address, *words)


def records(store):
    return set(store.rglob("records/*/*.json"))


def wait_for_a_record(store, process):
    before = records(store)
    while records(store) == before:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


@pytest.fixture(scope="module")
def interrupted(nodes, start):
    """The store of a run on nodes that share it, interrupted after a record; what it said, and its code."""
    process = start("spread", *on(nodes, "--executor-set", "shared=true"))
    wait_for_a_record(start.folder / "spread", process)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return start.folder / "spread", (process.returncode, out), err


def test_a_request_that_no_node_can_meet_ends_at_once(nodes, start):
    out, err = (process := start("none", *on(nodes, "--executor-set", "cpus=7"))).communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "no node of the cluster has 7 CPUs; of " in err
    assert "the largest has 1 CPU, 0 GPU\nhint: ask for less with --executor-set" in err


def test_a_cluster_that_does_not_answer_ends_at_once(start):
    out, err = (process := start("none", "--executor", "ray", "--address", "127.0.0.1:9")).communicate(
        timeout=60
    )
    assert (process.returncode, out) == (2, "")
    assert "executor 'ray': no cluster at 127.0.0.1:9" in err


def test_an_interrupted_run_says_how_to_go_on(interrupted):
    _, ended, err = interrupted
    assert ended == (130, "")
    assert "run the same command again to go on" in err
    assert "Traceback" not in err


def test_all_records_are_there_and_the_same_after_a_node_died(nodes, interrupted, start):
    store, *_ = interrupted
    before = len(records(store))
    process = start("spread", *on(nodes))
    wait_for_a_record(store, process)
    nodes.kill_one()
    out, err = process.communicate(timeout=400)
    assert process.returncode == 0, err
    assert json.loads(out)["trials"] == {"ok": 16 - before, "cached": before, "failed": 0, "skipped": 0}
    assert "lost, and comes again" in err
    here = start("here", "--jobs", "1", "--no-banks")
    assert "here" in here.communicate(timeout=400)[0]
    numbers = [
        {record.trial_id: record.reproducible() for record in read_records(start.folder / name)}
        for name in ("spread", "here")
    ]
    assert len(numbers[0]) == 16
    assert numbers[0] == numbers[1]
    assert list(store.rglob("*.tmp")) == []
