"""Linux ends a worker that uses up its control group's memory: that costs one trial, and is told as such."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import TINY

LIMIT = 1500 * 2**20
LIMITS = {
    "/sys/fs/cgroup/memory": {"memory.limit_in_bytes": LIMIT, "memory.memsw.limit_in_bytes": LIMIT},
    "/sys/fs/cgroup": {"memory.max": LIMIT, "memory.swap.max": 0},
}  # of versions 1 and 2 of control groups; the limits on swap are there where it is
GREEDY = f"""
import bench


def greedy(given):
    kept = [b"x" * 2**26 for _ in range({2 * LIMIT // 2**26})]
    raise AssertionError(f"had {{len(kept)}} pieces of 64 MB")


@bench.hookimpl
def bench_pruners():
    yield bench.Pruner(name="greedy", summary="Wants all.", build=lambda params: greedy, mode="score")
"""


@pytest.fixture
def small_group():
    """A control group of too little memory for the greedy, and enough for all others."""
    group = next(filter(None, (limited(Path(root), limits) for root, limits in LIMITS.items())), None)
    if group is None:
        pytest.skip("needs the right to limit the memory of a control group")
    yield group
    for _ in range(200):
        with suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.05)
    pytest.fail(f"processes are left: {(group / 'cgroup.procs').read_text()}")


def limited(root, limits):
    """A new control group below `root` with these limits; None where none can be had."""
    group = root / f"prunebench-{os.getpid()}"
    needed, *further = limits.items()
    try:
        group.mkdir()
    except OSError:
        return None
    try:
        for name, limit in (needed, *((name, limit) for name, limit in further if (group / name).exists())):
            (group / name).write_text(str(limit))
    except OSError:
        group.rmdir()
        return None
    return group


def test_a_worker_that_is_ended_for_want_of_memory_costs_its_trial_and_no_other(tmp_path, small_group):
    plugin, suite, store = tmp_path / "greedy.py", tmp_path / "tiny.toml", tmp_path / "store"
    plugin.write_text(GREEDY)
    suite.write_text(f'{TINY}\n[[entry]]\npruner = "greedy"\n')
    run = ["run", suite, "--plugin-file", plugin, "--store", store, "--jobs", "1", "--json"]
    words = [sys.executable, "-m", "bench", *map(str, run)]
    done = subprocess.run(
        ["sh", "-c", f'echo $$ > {small_group}/cgroup.procs; exec "$@"', "sh", *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["trials"] == {"ok": 4, "cached": 0, "failed": 2, "skipped": 0}
    failures = [json.loads(path.read_bytes()) for path in (store / "failures").rglob("*.json")]
    assert [(found["spec"]["pruner"], found["status"]) for found in failures] == [("greedy", "oom")] * 2
    for found in failures:
        assert "ended by SIGKILL: the system was out of memory" in found["error"]["message"]
