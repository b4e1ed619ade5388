"""A writer killed before every line of its code, and within the data: a file is the old or the new one."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from bench.store.artifacts import Artifact, read_artifact, write_artifact
from bench.store.atomic import sweep_dead, write_atomically
from bench.store.store import Store, to_bytes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")

DIE = '''
"""Does the same work in child after child, each killed one line later or after twice the bytes."""

import itertools
import os
import resource
import shutil
import signal
import sys
from pathlib import Path

from bench.store import artifacts, atomic, store
from bench.store.reading import parse_record

CODE = {module.__file__ for module in (artifacts, atomic, store)}


def write_file(folder):
    atomic.write_atomically(folder / "deep" / "file", b"new" * 100)


def write_record(folder):
    record = parse_record((folder / "given.json").read_bytes(), "given")
    store.Store.at(folder / "store").write(record)


def write_artifact(folder):
    import torch

    new = artifacts.Artifact({"a": torch.ones(50)}, {"is": 1.0})
    artifacts.write_artifact(folder / "train" / "key.safetensors", new)


def line(number):
    def trace(frame, event, argument):
        nonlocal number
        if frame.f_code.co_filename not in CODE:
            return None
        if event in ("line", "return"):
            if number == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            number -= 1
        return trace

    sys.settrace(trace)


def data(number):
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    size = 2**number - 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def killed(doom, number, work, folder):
    child = os.fork()
    if child == 0:
        doom(number)
        work(folder)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


for case in sorted(Path(sys.argv[1]).iterdir(), key=lambda case: "artifact" in case.name):
    work = globals()["write_" + case.name.split("-")[0]]
    if "artifact" in case.name:
        import torch  # once, not in each child
        import safetensors.torch
    for doom in (line, data):
        for number in itertools.count():
            place = case / f"{doom.__name__}-{number:03}"
            shutil.copytree(case / "before", place)
            code = killed(doom, number, work, place)
            if code == 0:
                shutil.rmtree(place)
                break
            assert code == -(signal.SIGKILL if doom is line else signal.SIGXFSZ), code
'''


def kill_in(root):
    """Kill writers over what is in the folders `before`; gives the folders they left, by case and doom."""
    done = subprocess.run([sys.executable, "-c", DIE, root], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return lambda case, doom: sorted((root / case).glob(f"{doom}-*"))


def is_tidy(folder):
    sweep_dead(folder)
    return list(folder.rglob("*.tmp")) == []


def test_a_file_is_the_old_one_or_the_new_one(tmp_path):
    write_atomically(tmp_path / "file" / "before" / "deep" / "file", b"old")
    left = kill_in(tmp_path)
    for doom, possible in (("line", {b"old", b"new" * 100}), ("data", {b"old"})):
        folders = left("file", doom)
        assert {(folder / "deep" / "file").read_bytes() for folder in folders} == possible
        assert any(list(folder.rglob("*.tmp")) for folder in folders)
        assert all(map(is_tidy, folders))


def test_an_artifact_is_whole_or_not_there_and_can_be_written_again(tmp_path):
    old, new = (Artifact({"a": torch.full((50,), value)}, {"is": value}) for value in (0.0, 1.0))
    for case in ("none", "sound", "damaged"):
        (tmp_path / f"artifact-{case}" / "before").mkdir(parents=True)
        if case != "none":
            write_artifact(tmp_path / f"artifact-{case}" / "before" / "train" / "key.safetensors", old)
    (tmp_path / "artifact-damaged" / "before" / "train" / "key.safetensors").write_bytes(b"")
    left = kill_in(tmp_path)
    for case in ("none", "sound", "damaged"):
        folders = left(f"artifact-{case}", "line") + left(f"artifact-{case}", "data")
        found = [read_artifact(folder / "train" / "key.safetensors") for folder in folders]
        whole = [artifact for artifact in found if artifact is not None]
        assert {artifact.facts["is"] for artifact in whole} == ({0.0, 1.0} if case == "sound" else {1.0})
        assert all(float(artifact.tensors["a"].mean()) == artifact.facts["is"] for artifact in whole)
        assert len(whole) < len(found)
        for folder in folders:
            assert is_tidy(folder)
            write_artifact(folder / "train" / "key.safetensors", new)
            assert read_artifact(folder / "train" / "key.safetensors").facts == new.facts


def test_a_trial_that_is_retried_has_its_failure_until_it_has_its_record(tmp_path, make_record):
    later = make_record()
    before = tmp_path / "deaths" / "record" / "before"
    Store.open(before / "store").write(
        make_record(status="failed", error={"kind": "ValueError", "message": "no"})
    )
    (before / "given.json").write_bytes(to_bytes(later))
    left = kill_in(tmp_path / "deaths")
    ends = set()
    for folder in left("record", "line") + left("record", "data"):
        store, wanted = Store.at(folder / "store"), [later.trial_id]
        done = store.done("tiny", wanted)
        ends.add((bool(done), bool(store.failed("tiny", wanted))))
        store.drop_outlived_failures("tiny", done)
        assert bool(done) != bool(store.failed("tiny", wanted))
        assert is_tidy(folder)
    assert ends == {(False, True), (True, True), (True, False)}
