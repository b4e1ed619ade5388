from __future__ import annotations

import torch

from bench.store.artifacts import Artifact, has_artifact, read_artifact, write_artifact


def stored(tmp_path):
    path = tmp_path / "train" / "key.safetensors"
    tensors = {"a": torch.arange(6.0).reshape(2, 3).t(), "mask": torch.tensor([True, False])}
    write_artifact(path, Artifact(tensors, {"seconds": 1.5}))
    return path, tensors


def test_tensors_and_facts_come_back(tmp_path):
    path, tensors = stored(tmp_path)
    artifact = read_artifact(path)
    assert artifact.facts == {"seconds": 1.5}
    assert all(torch.equal(artifact.tensors[name], tensor) for name, tensor in tensors.items())


def test_every_flipped_byte_is_noticed(tmp_path):
    path, _ = stored(tmp_path)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert read_artifact(path) is None


def test_every_truncation_is_noticed(tmp_path):
    path, _ = stored(tmp_path)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert read_artifact(path) is None


def test_swapped_artifacts_are_noticed(tmp_path):
    path, _ = stored(tmp_path)
    other = path.with_name("other.safetensors")
    write_artifact(other, Artifact({"a": torch.zeros(1)}, {}))
    path.write_bytes(other.read_bytes())
    assert read_artifact(path) is None


def test_missing_facts_mean_no_artifact(tmp_path):
    path, _ = stored(tmp_path)
    path.with_suffix(".json").unlink()
    assert read_artifact(path) is None
    assert not has_artifact(path)


def test_facts_that_are_no_facts_mean_no_artifact(tmp_path):
    path, _ = stored(tmp_path)
    for text in ("", "[]", "{}", '{"sha256": 1}'):
        path.with_suffix(".json").write_text(text)
        assert read_artifact(path) is None
