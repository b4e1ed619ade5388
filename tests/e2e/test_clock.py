"""Clocks that run backwards and files from other times change nothing but the times that are printed."""

from __future__ import annotations

import json
import os

import pytest

from tests.conftest import TINY
from tests.processes import bench, contents

BACKWARDS = """
'Sets the clock back by an hour whenever anybody asks for the time, in the supervisor and in workers.'

import datetime
import itertools
import time

from bench.runner import records

real, steps = time.time, itertools.count()


def back():
    return real() - 3600 * next(steps)


class Backwards(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(back(), tz)


time.time = back
records.datetime = Backwards
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A suite, its store, and the end of a run in processes whose clocks go back an hour whenever asked."""
    folder = tmp_path_factory.mktemp("clock")
    suite = folder / "tiny.toml"
    suite.write_text(TINY)
    plugin = folder / "backwards.py"
    plugin.write_text(BACKWARDS)
    words = ("run", suite, "--store", folder / "store", "--jobs", "2", "--timeout", "60", "--json")
    return suite, folder / "store", bench(*words, "--plugin-file", plugin)


def test_a_clock_that_goes_back_during_a_run_costs_no_trial(ran):
    _, store, done = ran
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["trials"] == {"ok": 4, "cached": 0, "failed": 0, "skipped": 0}
    assert 0 < summary["seconds"] < 300
    for path in store.rglob("records/*/*.json"):
        record = json.loads(path.read_bytes())
        assert record["started"] == record["finished"]
        assert min(record["timing"].values()) >= 0


def test_records_of_such_a_run_are_sound_and_reach_the_board(bench_cli, ran, tmp_path):
    _, store, _ = ran
    assert bench_cli("records", "verify", "--store", store)[0] == 0
    words = ("board", "build", "--store", store, "--no-figures", "--out", tmp_path / "site", "--json")
    built = json.loads(bench_cli(*words)[1])
    assert (built["records"], built["left_out"]) == (4, [])


@pytest.mark.parametrize("when", [0, 4_102_444_800], ids=["1970", "2100"])
def test_files_from_other_times_count_as_they_are(bench_cli, ran, when):
    suite, store, _ = ran
    for path in store.rglob("*"):
        os.utime(path, (when, when))
    before = contents(store)
    code, out, _ = bench_cli("run", suite, "--store", store, "--json")
    assert (code, json.loads(out)["trials"]["cached"]) == (0, 4)
    assert contents(store) == before
