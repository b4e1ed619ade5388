"""A checkpoint belongs to the data that it was trained on."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from bench.engine.checkpoints import load_checkpoint, save_checkpoint
from bench.store.artifacts import Artifact, write_artifact


@pytest.fixture
def path(tmp_path):
    return tmp_path / "key.safetensors"


def test_it_comes_back_for_the_same_data(path, data):
    save_checkpoint(path, Artifact({"w": torch.ones(2)}, {"seconds": 1.5}), data)
    found = load_checkpoint(path, data)
    assert found.tensors["w"].tolist() == [1.0, 1.0]
    assert found.facts["seconds"] == 1.5


def test_it_is_none_of_other_data(path, data):
    save_checkpoint(path, Artifact({"w": torch.ones(2)}, {}), data)
    assert load_checkpoint(path, replace(data, sha256="0" * 64)) is None


def test_one_from_before_fingerprints_is_taken_as_it_is(path, data):
    write_artifact(path, Artifact({"w": torch.ones(2)}, {}))
    assert load_checkpoint(path, data) is not None


def test_a_damaged_one_is_none_at_all(path, data):
    save_checkpoint(path, Artifact({"w": torch.ones(2)}, {}), data)
    path.write_bytes(path.read_bytes()[:-1])
    assert load_checkpoint(path, data) is None
