"""Decoded once: by one process, by several, and again only where the file is not sound."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import platformdirs
import pytest
import torch
from safetensors.torch import load, save

from bench.data import Decoded, decoded_once
from bench.errors import UserError
from bench.registry.contracts import Split
from tests.damage import DAMAGES, sealed

SOURCE = {"name": "toy", "files": [["a", 3, 7]]}


class Decoder:
    """Makes a small data set, and counts how often it is asked to."""

    def __init__(self):
        self.count = 0

    def __call__(self):
        self.count += 1
        images = torch.arange(24, dtype=torch.uint8).view(6, 1, 2, 2)
        return Decoded(
            Split(images[:4], torch.tensor([0, 1, 2, 0])), Split(images[4:], torch.tensor([1, 2])), 5
        )


@pytest.fixture
def decode():
    return Decoder()


def same(one, other):
    return one.num_classes == other.num_classes and all(
        torch.equal(getattr(getattr(one, split), part), getattr(getattr(other, split), part))
        for split in ("train", "test")
        for part in ("inputs", "targets")
    )


def cached(root):
    [path] = (root / "decoded").glob("*.safetensors")
    return path


def test_the_second_time_nothing_is_decoded_and_the_tensors_are_the_same(tmp_path, decode):
    first = decoded_once(tmp_path, "toy", SOURCE, decode)
    second = decoded_once(tmp_path, "toy", SOURCE, decode)
    assert decode.count == 1
    assert same(first, second)
    assert second.train.inputs.dtype == torch.uint8


@pytest.mark.parametrize("changed", [{"files": [["a", 3, 8]]}, {"size": 4}])
def test_another_source_is_decoded_for_itself(tmp_path, decode, changed):
    decoded_once(tmp_path, "toy", SOURCE, decode)
    decoded_once(tmp_path, "toy", SOURCE | changed, decode)
    assert decode.count == 2


def test_a_data_folder_may_be_moved(tmp_path, decode):
    decoded_once(tmp_path / "here", "toy", SOURCE, decode)
    (tmp_path / "here").rename(tmp_path / "there")
    decoded_once(tmp_path / "there", "toy", SOURCE, decode)
    assert decode.count == 1


def truncate(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def forget(path):
    path.with_suffix(".json").unlink()


@pytest.mark.parametrize("harm", [truncate, flip, forget])
def test_a_harmed_file_is_not_trusted_but_decoded_anew(tmp_path, decode, harm):
    first = decoded_once(tmp_path, "toy", SOURCE, decode)
    harm(cached(tmp_path))
    assert same(decoded_once(tmp_path, "toy", SOURCE, decode), first)
    assert decode.count == 2
    decoded_once(tmp_path, "toy", SOURCE, decode)
    assert decode.count == 2


RACER = """
import sys, time
from pathlib import Path
import torch
from safetensors.torch import load, save
from bench.data import Decoded, decoded_once
from bench.registry.contracts import Split
from tests.damage import DAMAGES, sealed

root = Path(sys.argv[1])

def decode():
    with (root / "log").open("a") as log:
        log.write("decoded\\n")
    time.sleep(1)
    one, other = (Split(torch.zeros(2, 1, 1, 1, dtype=torch.uint8), torch.tensor([0, 1])) for _ in "ab")
    return Decoded(one, other, 2)

while not (root / "go").exists():
    (root / f"ready-{sys.argv[2]}").touch()
    time.sleep(0.01)
print(decoded_once(root, "toy", {}, decode).num_classes)
"""


def test_of_processes_that_come_at_once_one_decodes_and_the_others_wait(tmp_path):
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path), str(number)], stdout=subprocess.PIPE, text=True
        )
        for number in range(3)
    ]
    while len(list(tmp_path.glob("ready-*"))) < 3:
        assert all(racer.poll() is None for racer in racers)
    (tmp_path / "go").touch()
    assert [racer.communicate(timeout=60)[0] for racer in racers] == ["2\n"] * 3
    assert (tmp_path / "log").read_text() == "decoded\n"


def test_a_read_only_data_folder_is_left_alone_and_the_users_cache_taken(tmp_path, decode, monkeypatch):
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(tmp_path / "user" / name))
    root = tmp_path / "data"
    root.mkdir()
    root.chmod(0o555)
    try:
        decoded_once(root, "toy", SOURCE, decode)
        decoded_once(root, "toy", SOURCE, decode)
        assert list(root.iterdir()) == []
    finally:
        root.chmod(0o755)
    assert decode.count == 1
    assert cached(tmp_path / "user" / "prunebench").is_file()


def test_where_nothing_can_be_written_the_user_is_told_before_any_decoding(tmp_path, decode, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(tmp_path / "file" / name))
    with pytest.raises(UserError, match="can be written") as caught:
        decoded_once(tmp_path / "file" / "data", "toy", SOURCE, decode)
    assert "--data-dir" in caught.value.hint
    assert decode.count == 0


@pytest.mark.parametrize("damage", DAMAGES)
def test_it_is_decoded_anew_after(damage, tmp_path, decode):
    first = decoded_once(tmp_path, "toy", SOURCE, decode)
    images = first.train.inputs.flip(0)
    other = replace(first, train=replace(first.train, inputs=images))
    decoded_once(tmp_path / "other", "toy", {**SOURCE, "size": 4}, lambda: other)
    DAMAGES[damage](cached(tmp_path), cached(tmp_path / "other"))
    assert same(first, decoded_once(tmp_path, "toy", SOURCE, decode))
    assert decode.count == 2


@pytest.mark.parametrize(
    "change",
    [
        {"train.targets": torch.tensor([0, 1, 2, 5])},
        {"train.targets": torch.tensor([0, 1, 2, -1])},
        {"test.targets": torch.tensor([1])},
        {"test.inputs": torch.zeros(2, 1, 2, 2)},
        {"test.inputs": torch.zeros(2, 4, dtype=torch.uint8)},
    ],
    ids=["class too large", "class below zero", "too few targets", "no bytes", "no images"],
)
def test_forged_tensors_that_are_no_data_are_decoded_anew(change, tmp_path, decode):
    decoded_once(tmp_path, "toy", SOURCE, decode)
    path = cached(tmp_path)
    sealed(path, save({**load(path.read_bytes()), **change}))
    decoded_once(tmp_path, "toy", SOURCE, decode)
    assert decode.count == 2
