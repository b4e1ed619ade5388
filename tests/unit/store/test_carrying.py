"""Artifacts travel as bytes, and only whole ones are put down."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.store.artifacts import Artifact, read_artifact, write_artifact
from bench.store.carrying import belongs, carried, put_down


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    path = tmp_path_factory.mktemp("from") / "train" / "key.safetensors"
    write_artifact(path, Artifact({"w": torch.arange(6.0)}, {"seconds": 1.5}))
    return path, carried(path)


def test_an_artifact_arrives_byte_for_byte(packed, tmp_path):
    path, data = packed
    there = tmp_path / "train" / "key.safetensors"
    assert put_down(there, data)
    assert there.read_bytes() == path.read_bytes()
    found = read_artifact(there)
    assert found.facts == {"seconds": 1.5}
    assert torch.equal(found.tensors["w"], torch.arange(6.0))


def test_a_damaged_artifact_does_not_travel(packed, tmp_path):
    path = tmp_path / "train" / "key.safetensors"
    assert carried(path) == b""
    assert put_down(path, packed[1])
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert carried(path) == b""


@given(st.data())
def test_what_was_cut_off_is_not_put_down(packed, tmp_path_factory, data):
    path = tmp_path_factory.mktemp("to") / "train" / "key.safetensors"
    cut = packed[1][: data.draw(st.integers(0, len(packed[1]) - 1))]
    assert not belongs(path, cut)
    assert not put_down(path, cut)
    assert not path.parent.exists()


@pytest.mark.parametrize("place", ["train/other", "teacher/key"])
def test_an_artifact_belongs_in_its_own_place_alone(packed, tmp_path, place):
    path = tmp_path / f"{place}.safetensors"
    assert not belongs(path, packed[1])
    assert not put_down(path, packed[1])


@given(st.binary(max_size=60))
def test_strange_bytes_are_no_artifact(data):
    assert not belongs(Path("train/key.safetensors"), data)
