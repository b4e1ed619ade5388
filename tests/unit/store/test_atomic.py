from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import psutil
import pytest

from bench.store.atomic import ABANDONED, sweep, sweep_dead, write_atomically


def test_the_old_file_stays_whole_when_writing_fails(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def fail(descriptor):
        raise OSError("no")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_gets_the_permissions_of_any_new_file(tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    write_atomically(tmp_path / "atomic", b"")
    assert (tmp_path / "atomic").stat().st_mode == plain.stat().st_mode


def test_long_names_and_missing_folders_are_no_obstacle(tmp_path):
    path = tmp_path / "a" / "b" / ("x" * 240)
    write_atomically(path, b"data")
    assert path.read_bytes() == b"data"


def test_a_sweep_removes_what_a_dead_process_was_writing_and_nothing_else(tmp_path):
    script = (
        "import os, signal, sys; from pathlib import Path; from bench.store import atomic\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "atomic.write_atomically(Path(sys.argv[1]) / 'deep' / 'file', b'data')\n"
    )
    dead = subprocess.Popen([sys.executable, "-c", script, tmp_path])
    dead.wait(timeout=60)
    write_atomically(tmp_path / "deep" / "other", b"data")
    (tmp_path / "deep" / ".someone.else-1.tmp").write_bytes(b"")
    assert len(list((tmp_path / "deep").iterdir())) == 3
    sweep(tmp_path, dead.pid)
    assert {path.name for path in (tmp_path / "deep").iterdir()} == {"other", ".someone.else-1.tmp"}


@pytest.mark.parametrize("age", [0, 3600], ids=["at-work", "number-given-again"])
def test_a_process_is_at_work_only_on_what_it_may_have_begun(tmp_path, age):
    kept = tmp_path / f".file.0a1b2c3d.{socket.gethostname()[:32]}-{os.getpid()}.tmp"
    kept.touch()
    before = psutil.Process().create_time() - age
    os.utime(kept, (before, before))
    sweep_dead(tmp_path)
    assert kept.exists() == (age == 0)


@pytest.mark.parametrize("age", [0.5, 1.5])
def test_what_another_machine_was_writing_stays_for_a_day(tmp_path, age):
    other = tmp_path / ".file.0a1b2c3d.elsewhere-1.tmp"
    other.touch()
    before = time.time() - age * ABANDONED
    os.utime(other, (before, before))
    sweep_dead(tmp_path)
    assert other.exists() == (age < 1)
