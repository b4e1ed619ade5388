"""Artifacts: tensors in safetensors files, each sealed by a file of facts beside it; never pickle.

The seal covers the tensors, the facts, and the place of both: their folder, which is the stage, and their
name, which is the key. An artifact that is missing, truncated, altered, or in another's place reads as None
and is computed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from bench.store.atomic import write_atomically
from bench.store.regular import read_regular
from bench.store.strides import laid_out, unusual_strides

if TYPE_CHECKING:
    from torch import Tensor

ARTIFACT_SCHEMA = 3
MAX_FACTS_BYTES = 64_000_000


@dataclass(frozen=True)
class Artifact:
    """Tensors by name, which come back as they lie in memory, and plain facts about how they came to be."""

    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any]


def write_artifact(path: Path, artifact: Artifact) -> None:
    """Store an artifact: the tensors first, then the facts with their seal."""
    from safetensors.torch import save  # noqa: PLC0415

    data = save({name: tensor.detach().cpu().contiguous() for name, tensor in artifact.tensors.items()})
    described = {
        **_place(path),
        "bytes": len(data),
        "tensors_sha256": hashlib.sha256(data).hexdigest(),
        "strides": unusual_strides(artifact.tensors),
        "facts": dict(artifact.facts),
    }
    write_atomically(path, data)
    write_atomically(facts_path(path), _sealed(described))


def read_artifact(path: Path) -> Artifact | None:
    """The artifact at `path`, or None where it is missing or not what was stored there.

    Nothing is read beyond the length that the facts name, nor what exceeds the machine's memory.
    """
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.torch import load  # noqa: PLC0415

    described = _described(path)
    if described is None or described["bytes"] > psutil.virtual_memory().total:
        return None
    try:
        data = read_regular(path, described["bytes"])
        if len(data) != described["bytes"] or hashlib.sha256(data).hexdigest() != described["tensors_sha256"]:
            return None
        return Artifact(laid_out(load(data), described["strides"]), described["facts"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None


def has_artifact(path: Path) -> bool:
    """Whether an artifact seems to be there: its facts are sound and its length fits.

    The tensors are not read; reading them may still find them altered.
    """
    described = _described(path)
    try:
        return described is not None and path.is_file() and path.stat().st_size == described["bytes"]
    except OSError:
        return False


def facts_path(path: Path) -> Path:
    """Where the sealed facts lie of the artifact whose tensors are at `path`."""
    return path.with_suffix(".json")


def _place(path: Path) -> dict[str, Any]:
    return {"schema": ARTIFACT_SCHEMA, "stage": path.parent.name, "key": path.stem}


def _sealed(described: Mapping[str, Any]) -> bytes:
    """The only bytes that describe an artifact as `described`: any others were altered."""
    body = json.dumps(described, allow_nan=False)
    seal = hashlib.sha256(body.encode()).hexdigest()
    return json.dumps({**described, "sha256": seal}, allow_nan=False).encode() + b"\n"


def _described(path: Path) -> dict[str, Any] | None:
    """What the facts file says of the artifact at `path`; None where that is not what was written there."""
    try:
        return description(read_regular(facts_path(path), MAX_FACTS_BYTES), path)
    except OSError:
        return None


def description(data: bytes, path: Path) -> dict[str, Any] | None:
    """What `data` says of an artifact that belongs at `path`; None where it was not written for that place.

    Its tensors have the length `bytes` and the checksum `tensors_sha256`.
    """
    try:
        described = json.loads(data)
        described.pop("sha256")
        if _sealed(described) != data:
            return None
        facts, strides, size = described["facts"], described["strides"], described["bytes"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    is_ours = _place(path).items() <= described.items()
    are_sound = isinstance(facts, dict) and isinstance(strides, dict) and type(size) is int
    return described if is_ours and are_sound else None
