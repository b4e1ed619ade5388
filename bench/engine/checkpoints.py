"""Checkpoints of networks, which belong to the data that they were trained on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from bench.engine.data import DeviceData
from bench.store.artifacts import Artifact, read_artifact, write_artifact
from bench.store.atomic import writing

DATA = "data_sha256"


def save_checkpoint(path: Path, artifact: Artifact, data: DeviceData) -> None:
    """Store what came of training on `data`.

    Raises:
        UserError: where it cannot be written, such as on a full disk, which is no component's fault.
    """
    with writing("checkpoint", path):
        write_artifact(path, replace(artifact, facts={**artifact.facts, DATA: data.sha256}))


def load_checkpoint(path: Path, data: DeviceData) -> Artifact | None:
    """What came of training on `data`, or None where it is missing, damaged, or of other data.

    Of other data, such as re-encoded images, is what names another fingerprint, or none.
    """
    artifact = read_artifact(path)
    if artifact is None or artifact.facts.get(DATA) != data.sha256:
        return None
    return artifact


def alike(tensors: Mapping[str, Tensor], like: Mapping[str, Tensor]) -> bool:
    """Whether two mappings have the same names, with tensors of the same shapes and types."""
    return tensors.keys() == like.keys() and all(
        tensors[name].shape == one.shape and tensors[name].dtype == one.dtype for name, one in like.items()
    )


def restored(model: nn.Module, state: Mapping[str, Tensor]) -> bool:
    """Load `state` into `model`, laid out as it is; False, and the model as it was, where it does not fit.

    Names, shapes and types must be the model's own, and parameters finite, as those of training that did
    not diverge are.
    """
    if not alike(state, model.state_dict()):
        return False
    if not all(bool(torch.isfinite(state[name]).all()) for name, _ in model.named_parameters()):
        return False
    put(model, state)
    return True


def put(model: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Load `state`, which is that of such a model, and lay its tensors out as they are there."""
    model.load_state_dict(dict(state))
    for name, own in chain(model.named_parameters(), model.named_buffers()):
        if name in state and own.stride() != state[name].stride():  # loading keeps the model's own
            own.data = own.data.new_empty_strided(own.shape, state[name].stride()).copy_(own.data)


def seconds_in(facts: Mapping[str, Any], key: str) -> float:
    """The duration that `facts` name by `key`.

    Raises:
        TypeError: where there is no number.
        ValueError: where it is no duration.
    """
    value = facts.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{key} is no number")
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{key} is no duration")
    return float(value)
