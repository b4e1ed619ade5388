"""A store that cannot be written: what needs no writing works, the rest says why not."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.processes import contents


def _forbid(monkeypatch, store):
    """Let the calls that change files say, below `store`, what a read-only file system says."""

    def guard(name, is_write=lambda *_: True):
        call = getattr(os, name)

        def guarded(path, *rest, **named):
            text = os.fspath(path) if not isinstance(path, int) else ""
            if is_write(*rest) and Path(os.fsdecode(text)).is_relative_to(store) and text:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), text)
            return call(path, *rest, **named)

        monkeypatch.setattr(os, name, guarded)

    guard("open", lambda flags, *_: flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    for name in ("mkdir", "unlink", "replace", "rename", "rmdir"):
        guard(name)


@pytest.fixture(params=["injected", "real"])
def read_only(request, monkeypatch, tmp_path):
    """Makes a folder read-only: by what the calls say, or by a mount, which only root may make."""
    mounted = []

    def make(store):
        if request.param == "injected":
            _forbid(monkeypatch, store)
            return
        mount = shutil.which("mount")
        if mount is None or subprocess.run([mount, "--bind", store, store], check=False).returncode:
            pytest.skip("no folder may be mounted here")
        mounted.append(store)
        subprocess.run([mount, "-o", "remount,ro,bind", store], check=True)

    yield make
    for store in mounted:
        subprocess.run(["umount", store], check=True)


@pytest.fixture
def ran(bench_cli, write_suite, tmp_path):
    """A suite and its finished store, with what a killed process left in it."""
    suite, store = write_suite(), tmp_path / "store"
    assert bench_cli("run", suite, "--store", store, "--jobs", 1)[0] == 0
    gone = subprocess.Popen(["true"])
    gone.wait()
    (store / f".left.{os.uname().nodename[:32]}-{gone.pid}.tmp").touch()
    return suite, store


def test_a_finished_suite_is_read_from_a_store_that_cannot_be_written(bench_cli, ran, read_only, tmp_path):
    suite, store = ran
    before = contents(store)
    read_only(store)
    for words in (
        ("run", suite),
        ("plan", suite),
        ("claims", suite),
        ("board", "build", "--no-figures", "--out", tmp_path / "site"),
        ("records", "list"),
        ("records", "verify"),
        ("records", "export"),
        ("records", "pack", "--out", tmp_path / "packs"),
        ("records", "migrate", "--dry-run"),
    ):
        code, _, err = bench_cli(*words, "--store", store)
        assert code == 0, (words, err)
    assert contents(store) == before


def test_what_has_to_be_written_is_refused_in_an_error_and_a_hint(bench_cli, ran, read_only):
    suite, store = ran
    before = contents(store)
    read_only(store)
    for words in (
        ("run", suite, "--set", "seed=1"),
        ("run", suite, "--force"),
        ("records", "pack"),
        ("board", "build", "--no-figures", "--out", store / "site"),
    ):
        code, out, err = bench_cli(*words, "--store", store)
        assert (code, out) == (2, "")
        assert [line.partition(":")[0] for line in err.splitlines()] == ["error", "hint"]
        assert "Read-only file system" in err
    assert contents(store) == before


def test_a_store_that_cannot_be_made_is_refused(bench_cli, write_suite, tmp_path, read_only):
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    read_only(shelf)
    code, out, err = bench_cli("run", write_suite(), "--store", shelf / "store")
    assert (code, out) == (2, "")
    assert "cannot write the store: Read-only file system\nhint: name another folder with --store" in err
