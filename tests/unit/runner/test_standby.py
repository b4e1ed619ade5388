"""What a process keeps between pieces of work, and gives up."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bench.registry.origin import Selection
from bench.runner import standby
from bench.runner.messages import WorkerSettings
from bench.runner.standby import Standby, Station, station
from tests.unit.runner.work_case import ENV

SETTINGS = WorkerSettings(Path("/s"), "cpu", 1, Path("/d"), False, Selection(), True)


class Worker:
    def __init__(self):
        self.closed = 0

    def close(self):
        self.closed += 1


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_worker_is_given_to_who_asks_for_one_set_up_alike():
    idle, worker = Standby(), Worker()
    assert idle.take(SETTINGS) is None
    idle.keep(SETTINGS, worker, ENV)
    assert idle.take(replace(SETTINGS)) == (worker, ENV)
    assert idle.take(SETTINGS) is None
    assert worker.closed == 0


def test_a_worker_that_is_set_up_otherwise_ends():
    idle, worker = Standby(), Worker()
    idle.keep(SETTINGS, worker, ENV)
    assert idle.take(replace(SETTINGS, device="cuda")) is None
    assert worker.closed == 1
    idle.end()
    assert worker.closed == 1


def test_one_worker_stands_by():
    idle, first, second = Standby(), Worker(), Worker()
    idle.keep(SETTINGS, first, ENV)
    idle.keep(SETTINGS, second, ENV)
    assert (first.closed, second.closed) == (0, 1)
    idle.end()
    assert first.closed == 1


def test_a_station_that_ends_leaves_nothing(tmp_path):
    one, worker = Station(), Worker()
    one.standby.keep(SETTINGS, worker, ENV)
    assert one.store.is_dir()
    one.end()
    assert worker.closed == 1
    assert list(tmp_path.iterdir()) == []


def test_what_killed_processes_left_is_removed(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    dead, alive = (tmp_path / f"prunebench-pieces-{pid}-x" for pid in (child.pid, os.getpid()))
    for folder in (dead, alive, tmp_path / "prunebench-pieces-mine"):
        (folder / "store").mkdir(parents=True)
    Station().end()
    assert sorted(path.name for path in tmp_path.iterdir()) == [alive.name, "prunebench-pieces-mine"]


def test_the_station_lasts_and_is_lent_once_at_a_time(monkeypatch):
    monkeypatch.setattr(standby, "_lasting", cache(Station))
    with station() as first:
        (first.store / "artifacts" / "train").mkdir(parents=True)
        with station() as second:
            assert second is not first
        assert not second.root.exists()
    assert first.store.is_dir()
    assert list(first.store.iterdir()) == []
    with station() as again:
        assert again is first
    first.end()
