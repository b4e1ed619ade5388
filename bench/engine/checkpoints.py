"""Checkpoints of networks, which belong to the data that they were trained on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.engine.data import DeviceData
from bench.errors import UserError
from bench.store.artifacts import Artifact, read_artifact, write_artifact

DATA = "data_sha256"


def save_checkpoint(path: Path, artifact: Artifact, data: DeviceData) -> None:
    """Store what came of training on `data`.

    Raises:
        UserError: where it cannot be written, such as on a full disk, which is no component's fault.
    """
    try:
        write_artifact(path, replace(artifact, facts={**artifact.facts, DATA: data.sha256}))
    except OSError as error:
        raise UserError(
            f"{path}: cannot write the checkpoint: {error.strerror}",
            "make room or mend the permissions, then run the same command again",
        ) from None


def load_checkpoint(path: Path, data: DeviceData) -> Artifact | None:
    """What came of training on `data`, or None where it is missing, damaged, or of other data.

    Of other data, such as re-encoded images, is what names another fingerprint; what names none is
    taken as it is.
    """
    artifact = read_artifact(path)
    if artifact is None or artifact.facts.get(DATA, data.sha256) != data.sha256:
        return None
    return artifact
