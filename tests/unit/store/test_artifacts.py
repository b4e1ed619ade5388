"""An artifact is what was stored at its place, or nothing."""

from __future__ import annotations

import json
import tracemalloc

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.store.artifacts import Artifact, has_artifact, read_artifact, write_artifact
from tests.damage import ACCIDENTS, HEADERS, facts_of, sealed


def stored(tmp_path, name="key"):
    path = tmp_path / "train" / f"{name}.safetensors"
    tensors = {"a": torch.arange(6.0).reshape(2, 3).t(), "mask": torch.tensor([True, False])}
    write_artifact(path, Artifact(tensors, {"seconds": 1.5}))
    return path, tensors


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """An artifact, and its two files as they were written."""
    path, _ = stored(tmp_path_factory.mktemp("pair"))
    return path, path.read_bytes(), facts_of(path).read_bytes()


def test_tensors_and_facts_come_back(tmp_path):
    path, tensors = stored(tmp_path)
    artifact = read_artifact(path)
    assert artifact.facts == {"seconds": 1.5}
    assert all(torch.equal(artifact.tensors[name], tensor) for name, tensor in tensors.items())
    assert artifact.tensors["a"].stride() == (1, 3)
    assert has_artifact(path)


@pytest.mark.parametrize(
    "strides", [None, [], {"a": [3, 1]}, {"b": [1]}, {"a": 1}, {"a": [1, 3.0]}, {"a": None}]
)
def test_facts_that_lay_tensors_out_as_none_lies_are_refused(tmp_path, strides):
    path, _ = stored(tmp_path)
    sealed(path, path.read_bytes(), strides={"a": [1, 3]})
    assert read_artifact(path) is not None
    sealed(path, path.read_bytes(), strides=strides)
    assert read_artifact(path) is None


def test_a_flipped_bit_of_any_byte_is_noticed(pair):
    path, *contents = pair
    for file, whole in zip((path, facts_of(path)), contents, strict=True):
        for place in range(len(whole)):
            flipped = bytes([whole[place] ^ 1 << place % 8])
            file.write_bytes(whole[:place] + flipped + whole[place + 1 :])
            assert read_artifact(path) is None
        file.write_bytes(whole)
    assert read_artifact(path) is not None


def test_every_truncation_of_either_file_is_noticed_before_tensors_are_read(pair):
    path, *contents = pair
    for file, whole in zip((path, facts_of(path)), contents, strict=True):
        for length in range(len(whole)):
            file.write_bytes(whole[:length])
            assert not has_artifact(path)
            assert read_artifact(path) is None
        file.write_bytes(whole)


@pytest.mark.parametrize("damage", ACCIDENTS)
def test_it_is_none_after(damage, tmp_path):
    path, _ = stored(tmp_path)
    other = path.with_name("other.safetensors")
    write_artifact(other, Artifact({"a": torch.zeros(3, 2), "mask": torch.tensor([True, True])}, {}))
    ACCIDENTS[damage](path, other)
    assert read_artifact(path) is None


def test_a_file_of_a_terabyte_is_refused_unread(tmp_path):
    path, _ = stored(tmp_path)
    ACCIDENTS["an enormous file"](path, path)
    described = json.loads(facts_of(path).read_bytes())
    sealed(path, b"", tensors_sha256=described["tensors_sha256"], bytes=2**40)
    ACCIDENTS["an enormous file"](path, path)
    tracemalloc.start()
    assert read_artifact(path) is None
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


def test_a_length_that_is_not_its_own_is_refused(tmp_path):
    path, _ = stored(tmp_path)
    whole = path.read_bytes()
    for wrong in (len(whole) - 1, len(whole) + 1, -1, True):
        sealed(path, whole, bytes=wrong)
        assert not has_artifact(path)
        assert read_artifact(path) is None


def test_it_belongs_to_its_stage_and_may_move_with_the_store(tmp_path):
    path, _ = stored(tmp_path / "store")
    (tmp_path / "store").rename(tmp_path / "elsewhere")
    moved = tmp_path / "elsewhere" / "train" / path.name
    assert read_artifact(moved) is not None
    moved.parent.rename(tmp_path / "elsewhere" / "teacher")
    assert read_artifact(tmp_path / "elsewhere" / "teacher" / path.name) is None


def test_one_of_the_first_schema_counts_as_missing(tmp_path):
    path, _ = stored(tmp_path)
    described = json.loads(facts_of(path).read_bytes())
    old = {"sha256": described["tensors_sha256"], "facts": described["facts"]}
    facts_of(path).write_text(json.dumps(old) + "\n")
    assert read_artifact(path) is None
    assert not has_artifact(path)


def test_a_folder_in_its_place_is_no_artifact(tmp_path):
    path, _ = stored(tmp_path)
    path.unlink()
    path.mkdir()
    assert read_artifact(path) is None
    assert not has_artifact(path)


@pytest.mark.parametrize("name", HEADERS)
def test_no_tensors_come_of_a_header(name, tmp_path):
    path, _ = stored(tmp_path)
    sealed(path, HEADERS[name])
    found = read_artifact(path)
    assert found is None or not found.tensors


def test_a_header_of_many_names_is_read_as_one(tmp_path):
    path, _ = stored(tmp_path)
    entry = b'"%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'
    sealed(path, b"", facts={})
    names = b",".join(entry % number for number in range(20_000))
    text = b"{" + names + b"}"
    sealed(path, len(text).to_bytes(8, "little") + text)
    found = read_artifact(path)
    assert found is None or len(found.tensors) == 20_000


@given(tensors=st.binary(max_size=200))
def test_any_bytes_for_tensors_are_none(pair, tensors):
    path, *contents = pair
    path.write_bytes(tensors)
    assert read_artifact(path) is None
    path.write_bytes(contents[0])


@given(facts=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="replace")))
def test_any_bytes_for_facts_are_none(pair, facts):
    path, *contents = pair
    facts_of(path).write_bytes(facts)
    assert read_artifact(path) is None
    facts_of(path).write_bytes(contents[1])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(
    key=st.sampled_from(("schema", "stage", "key", "bytes", "tensors_sha256", "facts", "sha256")), value=JSON
)
def test_any_other_value_of_a_fact_is_none(pair, key, value):
    path, *contents = pair
    described = json.loads(contents[1])
    if described[key] == value and type(described[key]) is type(value):
        return
    facts_of(path).write_text(json.dumps({**described, key: value}) + "\n")
    assert read_artifact(path) is None
    facts_of(path).write_bytes(contents[1])


@given(data=st.binary(max_size=120))
def test_any_bytes_under_a_seal_that_holds_are_tensors_or_none(pair, data):
    path, *contents = pair
    facts_of(path).write_bytes(contents[1])
    sealed(path, data)
    found = read_artifact(path)
    assert found is None or all(isinstance(one, torch.Tensor) for one in found.tensors.values())
    path.write_bytes(contents[0])
    facts_of(path).write_bytes(contents[1])
