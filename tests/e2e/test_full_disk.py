"""A full disk, stood in for by a limit on the size of files: the user is told, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.cli import invoke
from tests.conftest import TINY
from tests.plugins.pictures import write_idx
from tests.processes import bench, contents, is_told

RUN = ("--jobs", "1", "--json")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A suite, and a store in which it has run."""
    folder = tmp_path_factory.mktemp("disk")
    suite = folder / "tiny.toml"
    suite.write_text(TINY)
    assert invoke(["run", str(suite), "--store", str(folder / "store"), *RUN]) == 0
    return suite, folder / "store"


@pytest.fixture
def store(finished, tmp_path):
    """A copy of that store, to be spoilt."""
    return Path(shutil.copytree(finished[1], tmp_path / "store"))


def is_clean(store):
    return not list(store.rglob("failures/*/*")) and not list(store.rglob("*.tmp"))


@pytest.fixture
def goes_on(finished, bench_cli):
    """Whether a run into a store does what is left, and counts the rest as cached."""

    def run(store, *, cached):
        _, out, _ = bench_cli("run", finished[0], "--store", store, *RUN)
        counts = {"ok": 4 - cached, "cached": cached, "failed": 0, "skipped": 0}
        return json.loads(out)["trials"] == counts

    return run


def test_a_checkpoint_that_does_not_fit_is_no_pruners_fault(finished, goes_on, tmp_path):
    done = bench("run", finished[0], "--store", tmp_path, *RUN, largest_file=50_000)
    assert is_told(done, "cannot write the checkpoint: File too large")
    assert list(tmp_path.rglob("records/*/*")) == []
    assert is_clean(tmp_path)
    assert goes_on(tmp_path, cached=0)


def test_a_record_that_does_not_fit_stops_the_run_and_the_rest_stays(finished, goes_on, store):
    lost = sorted(store.rglob("records/*/*.json"))[2:]
    for path in lost:
        path.unlink()
    before = contents(store)
    done = bench("run", finished[0], "--store", store, *RUN, largest_file=500)
    assert is_told(done, "cannot write the record: File too large")
    assert contents(store) == before
    assert is_clean(store)
    assert goes_on(store, cached=2)


def test_decoded_data_that_do_not_fit_are_no_tasks_fault(tmp_path):
    suite, data = tmp_path / "tiny.toml", tmp_path / "data"
    suite.write_text(TINY.replace('["digits"]', '["mnist"]'))
    write_idx(data / "MNIST" / "raw")
    words = ("run", suite, "--store", tmp_path / "store", "--data-dir", data, *RUN)
    done = bench(*words, largest_file=5000)
    assert is_told(done, "cannot write the decoded data: File too large")
    assert is_clean(tmp_path / "store")
    assert [path.suffix for path in (data / "decoded").iterdir() if path.suffix != ".lock"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("board", "build", "--no-figures"), "cannot write the board: File too large"),
        (("records", "pack"), "cannot be written: File too large"),
    ],
)
def test_what_is_made_of_records_stops_at_a_full_disk(store, tmp_path, words, said):
    before = contents(store)
    done = bench(*words, "--store", store, "--out", tmp_path / "out", largest_file=500)
    assert is_told(done, said)
    assert list((tmp_path / "out").rglob("*.tmp")) == []
    assert contents(store) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("words", [("records", "export"), ("list",), ("--help",), ("plan", "digits")])
def test_output_that_nobody_can_take_is_said(store, words):
    with Path("/dev/full").open("w") as full:
        done = bench(*words, stdout=full, env={"BENCH_STORE": str(store)})
    assert is_told(done, "the output: No space left on device")


@pytest.mark.parametrize("words", [("list",), ("--help",), ("run", "--help")])
def test_a_reader_that_has_seen_enough_ends_the_command_quietly(words):
    reading, writing = os.pipe()
    os.close(reading)
    done = bench(*words, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 128 KB, where this process may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    words = [str(mount), "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)]
    if mount is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_small_disk_is_a_full_one(finished, small_disk):
    done = bench("run", finished[0], "--store", small_disk / "store", *RUN)
    assert is_told(done, "No space left on device")
    assert is_clean(small_disk)
