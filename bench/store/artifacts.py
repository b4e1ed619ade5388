"""Artifacts: tensors in safetensors files with a checksum beside them; never pickle.

An artifact that is missing, truncated or altered reads as None and is computed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.store.atomic import write_atomically

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Artifact:
    """Tensors by name, and plain facts about how they came to be."""

    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any]


def _facts_path(path: Path) -> Path:
    return path.with_suffix(".json")


def write_artifact(path: Path, artifact: Artifact) -> None:
    """Store an artifact: the tensors first, then the facts with their checksum."""
    from safetensors.torch import save  # noqa: PLC0415

    data = save({name: tensor.detach().cpu().contiguous() for name, tensor in artifact.tensors.items()})
    facts = {"sha256": hashlib.sha256(data).hexdigest(), "facts": dict(artifact.facts)}
    write_atomically(path, data)
    write_atomically(_facts_path(path), json.dumps(facts, allow_nan=False).encode() + b"\n")


def read_artifact(path: Path) -> Artifact | None:
    """The artifact at `path`, or None where it is missing or its checksum does not fit."""
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.torch import load  # noqa: PLC0415

    try:
        described = json.loads(_facts_path(path).read_bytes())
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != described["sha256"]:
            return None
        return Artifact(load(data), described["facts"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None


def has_artifact(path: Path) -> bool:
    """Whether an artifact seems to be there; reading it may still find it damaged."""
    return path.exists() and _facts_path(path).exists()
