"""Claims: one process has what it claimed, until it gives it up or is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from bench.errors import UserError
from bench.store.claims import StoreClaims

HOLDER = """
import sys, time
from pathlib import Path
from bench.store.claims import StoreClaims
with StoreClaims(Path(sys.argv[1])) as claims:
    print([claims.take(name) for name in sys.argv[2:]], flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "claims"


@pytest.fixture
def holder(path):
    started = []

    def hold(*names):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(path), *names], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process, process.stdout.readline().strip()

    yield hold
    for process in started:
        process.kill()
        process.communicate()


def test_what_another_process_has_is_refused_and_all_else_granted(path, holder):
    holder("train:a", "trials:b")
    with StoreClaims(path) as claims:
        assert [claims.take(name) for name in ("train:a", "trials:b", "trials:a", "train:b")] == [
            False, False, True, True,
        ]  # fmt: skip


def test_what_is_given_up_is_free(path, holder):
    with StoreClaims(path) as claims:
        assert claims.take("a")
        assert claims.take("b")
        claims.release("a")
        assert holder("a", "b")[1] == "[True, False]"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_dead_process_has_nothing(path, holder, how):
    process, _ = holder("a")
    with StoreClaims(path) as claims:
        assert not claims.take("a")
        os.kill(process.pid, how)
        process.wait()
        assert claims.take("a")


def test_a_closed_store_is_given_up(path, holder):
    with StoreClaims(path) as claims:
        claims.take("a")
    assert holder("a")[1] == "[True]"


def test_nothing_is_written(path):
    with StoreClaims(path) as claims:
        assert all(claims.take(str(number)) for number in range(100))
    assert path.stat().st_size == 0


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(UserError, match="cannot be opened"):
        StoreClaims(tmp_path / "missing" / "claims")
