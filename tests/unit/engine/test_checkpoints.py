"""A checkpoint belongs to the data that it was trained on, and to such a network as it is loaded into."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch

from bench.engine.checkpoints import load_checkpoint, restored, save_checkpoint, seconds_in
from bench.errors import UserError
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


def test_one_that_names_no_data_is_none(path, data):
    write_artifact(path, Artifact({"w": torch.ones(2)}, {}))
    assert load_checkpoint(path, data) is None


def test_a_damaged_one_is_none_at_all(path, data):
    save_checkpoint(path, Artifact({"w": torch.ones(2)}, {}), data)
    path.write_bytes(path.read_bytes()[:-1])
    assert load_checkpoint(path, data) is None


def test_what_cannot_be_written_is_the_users_error(path, data):
    path.mkdir()
    with pytest.raises(UserError, match="cannot write the checkpoint: Is a directory"):
        save_checkpoint(path, Artifact({"w": torch.ones(2)}, {}), data)


def test_a_network_is_restored_from_its_own_state(network):
    state = {name: tensor + 1 for name, tensor in network.state_dict().items()}
    assert restored(network, state)
    assert all(torch.equal(state[name], tensor) for name, tensor in network.state_dict().items())


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("2.bias"),
        lambda state: state.update(more=torch.ones(1)),
        lambda state: state.update({"2.bias": torch.ones(1, 3)}),
        lambda state: state.update({"2.bias": torch.ones(3, dtype=torch.float64)}),
        lambda state: state.update({"2.bias": torch.tensor([1.0, torch.nan, 0.0])}),
        lambda state: state.update({"2.bias": torch.tensor([1.0, torch.inf, 0.0])}),
    ],
    ids=["missing", "one too many", "another shape", "another type", "no number", "infinite"],
)
def test_a_state_that_does_not_fit_leaves_the_network_as_it_was(network, change):
    before = copy.deepcopy(network.state_dict())
    state = {name: tensor + 1 for name, tensor in before.items()}
    change(state)
    assert not restored(network, state)
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


def test_a_buffer_may_be_infinite(network):
    network.register_buffer("limit", torch.tensor(torch.inf))
    assert restored(network, copy.deepcopy(network.state_dict()))


@pytest.mark.parametrize("value", [None, True, "1", -1, float("inf"), float("nan"), [1]])
def test_seconds_are_a_duration(value):
    with pytest.raises((TypeError, ValueError), match="seconds is no"):
        seconds_in({"seconds": value}, "seconds")
