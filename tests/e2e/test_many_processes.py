"""Several `bench run` on one store at once: each trial done once, whoever dies, and all end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from tests.conftest import TINY
from tests.killing import Ledger, Place, kill, trained_again, wait_for

WATCH = '''
"""Writes down each trial that begins, and who began it."""

import os

import bench


@bench.hookimpl
def bench_trial_started(trial_id, spec):
    with open(os.environ["WATCHED"], "a") as file:
        file.write(f"{trial_id} {os.getpid()}\\n")
'''


@pytest.fixture
def start(tmp_path, monkeypatch):
    suite, plugin = tmp_path / "tiny.toml", tmp_path / "watch.py"
    suite.write_text(TINY.replace("seed = [0]", "seed = [0, 1, 2, 3, 4, 5]"))
    plugin.write_text(WATCH)
    monkeypatch.setenv("WATCHED", str(tmp_path / "watched"))
    started = []

    def begin(*words):
        process = subprocess.Popen(
            [sys.executable, "-m", "bench", "run", str(suite), "--store", str(tmp_path / "store"),
             "--jobs", "1", "--no-banks", "--json", "--plugin-file", str(plugin), *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def began(tmp_path):
    return Counter(line.split()[0] for line in (tmp_path / "watched").read_text().splitlines())


def test_two_processes_do_each_trial_once(tmp_path, start):
    ends = [process.communicate(timeout=120) for process in [start(), start()]]
    found = [json.loads(out)["trials"] for out, _ in ends]
    assert sum(trials["ok"] for trials in found) == 24
    for trials in found:
        assert trials["ok"] + trials["cached"] == 24
        assert trials["failed"] == 0
    assert set(began(tmp_path).values()) == {1}
    assert len(list(tmp_path.rglob("store/records/*/*.json"))) == 24
    assert list(tmp_path.rglob("*.tmp")) == []


def test_a_process_that_was_killed_blocks_nobody(tmp_path, start):
    first, second = start(), start()
    while not (tmp_path / "watched").exists() or len(began(tmp_path)) < 3:
        assert first.poll() is None, first.communicate()
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    out, err = second.communicate(timeout=120)
    assert second.returncode == 0, err
    assert len(list(tmp_path.rglob("store/records/*/*.json"))) == 24
    trials = json.loads(out)["trials"]
    assert trials["ok"] + trials["cached"] == 24
    assert max(began(tmp_path).values()) <= 2


@pytest.mark.slow
def test_eight_processes_do_everything_once_although_two_are_killed(tmp_path):
    place = Place(tmp_path / "place")
    processes = [place.start(jobs=1) for _ in range(8)]
    wait_for(lambda: len(place.records()) >= 3)
    kill(processes[0].pid, group=True)
    kill(processes[1].pid)
    ledger = Ledger(place.store)
    ledger.check()
    ends = [process.communicate(timeout=300) for process in processes]
    found = [json.loads(out)["trials"] for out, _ in ends[2:]]
    assert {(trials["ok"] + trials["cached"], trials["failed"]) for trials in found} == {(30, 0)}
    ledger.check()
    assert len(place.records()) == 30
    assert trained_again(place.events()) == []
    began = Counter(name for event in place.events() if event.what == "train begins" for name in event.names)
    assert max(began.values()) <= 3
