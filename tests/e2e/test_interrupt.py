"""Ctrl-C: a run ends at once, says how to go on, and goes on where it stopped."""

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


def start(suite: Path, store: Path) -> subprocess.Popen[str]:
    """Runs trials one by one, not in a bank, so that it can be stopped between two records."""
    words = ["run", str(suite), "--store", str(store), "--jobs", "1", "--no-banks", "--json"]
    return subprocess.Popen(
        [sys.executable, "-m", "bench", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def first_record(store: Path, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        if list(store.rglob("records/*/*.json")):
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    pytest.fail("no record within 30 s")


@pytest.mark.parametrize("whole_group", [True, False])
def test_an_interrupted_run_ends_with_130_and_goes_on_where_it_stopped(tmp_path, whole_group):
    suite, store = tmp_path / "tiny.toml", tmp_path / "store"
    suite.write_text(TINY.replace("epochs = 1", "epochs = 40").replace("seed = [0]", "seed = [0, 1, 2]"))
    process = start(suite, store)
    first_record(store, process)
    asked = time.monotonic()
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - asked < 10
    assert (process.returncode, out) == (130, "")
    assert "run the same command again to go on" in err
    assert "Traceback" not in err
    done = {path.name for path in store.rglob("records/*/*.json")}
    assert list(store.rglob("*.tmp")) == []
    again = start(suite, store)
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    trials = json.loads(out)["trials"]
    assert trials["cached"] == len(done)
    assert trials["ok"] == 12 - len(done)
