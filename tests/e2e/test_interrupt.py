"""Ctrl-C and SIGTERM: a run ends at once, says how to go on, and goes on where it stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import TINY

PROMISED = 2.0
BUSY = 5.0  # other tests may have the processors meanwhile
LONG = TINY.replace("epochs = 1", "epochs = 20").replace("seed = [0]", "seed = [0, 1]")
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.fixture
def suite(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(LONG)
    return path


def start(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(suite: Path, store: Path) -> subprocess.Popen[str]:
    """Runs trials one by one, not in a bank, so that it can be stopped between two records."""
    return start("run", suite, "--store", store, "--jobs", "1", "--no-banks", "--json")


def wait_for(process: subprocess.Popen[str], store: Path, pattern: str) -> None:
    for _ in range(1200):
        if list(store.rglob(pattern)):
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    pytest.fail(f"no {pattern} within 60 s")


def stopped(process: subprocess.Popen[str], number: signal.Signals, *, whole_group: bool) -> str:
    """Send the signal; the whole tree of processes, which all hold stderr, must be gone in time."""
    asked = time.monotonic()
    (os.killpg if whole_group else os.kill)(process.pid, number)
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - asked < PROMISED * BUSY
    assert (process.returncode, out) == (CODES[number], "")
    assert "Traceback" not in err
    assert err.endswith("run the same command again to go on\n")
    return err


@pytest.mark.parametrize(
    ("number", "whole_group"), [(signal.SIGINT, True), (signal.SIGTERM, False)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_run_that_is_stopped_goes_on_where_it_stopped(tmp_path, suite, number, whole_group):
    store = tmp_path / "store"
    process = run(suite, store)
    wait_for(process, store, "records/*/*.json")
    stopped(process, number, whole_group=whole_group)
    done = {path.name for path in store.rglob("records/*/*.json")}
    assert list(store.rglob("*.tmp")) == []
    assert list(store.rglob("failures/*/*")) == []
    again = run(suite, store)
    out, err = again.communicate(timeout=240)
    assert again.returncode == 0, err
    trials = json.loads(out)["trials"]
    assert trials == {"ok": 8 - len(done), "cached": len(done), "failed": 0, "skipped": 0}


@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_a_run_is_stopped_while_its_workers_load_torch(tmp_path, suite, number):
    process = run(suite, tmp_path / "store")
    wait_for(process, tmp_path, "store/claims")
    time.sleep(0.3)
    stopped(process, number, whole_group=True)


def test_a_run_is_stopped_while_it_plans_a_hundred_thousand_trials(tmp_path):
    seeds = ",".join(map(str, range(1700)))
    process = start("run", "digits", "--set", f"seed={seeds}", "--store", tmp_path / "store")
    time.sleep(2)
    stopped(process, signal.SIGINT, whole_group=True)


def test_a_scheduler_that_stops_all_processes_at_once_fails_no_trial(tmp_path, suite):
    process = run(suite, tmp_path / "store")
    wait_for(process, tmp_path, "store/artifacts/*/*")
    stopped(process, signal.SIGTERM, whole_group=True)
    assert list(tmp_path.rglob("failures/*/*")) == []


def test_a_second_ctrl_c_leaves_no_process_and_no_traceback(tmp_path, suite):
    process = run(suite, tmp_path / "store")
    wait_for(process, tmp_path, "store/artifacts/*/*")
    for _ in range(2):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.02)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in err
