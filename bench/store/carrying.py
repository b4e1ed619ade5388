"""Artifacts as bytes, for the way to another machine and back."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bench.store.artifacts import MAX_FACTS_BYTES, description, facts_path
from bench.store.atomic import write_atomically
from bench.store.regular import read_regular

_LENGTH = 8


def carried(path: Path) -> bytes:
    """The artifact at `path`, its sealed facts before its tensors; empty where it is missing or damaged."""
    try:
        facts = read_regular(facts_path(path), MAX_FACTS_BYTES)
        described = description(facts, path)
        if described is None:
            return b""
        data = b"".join([len(facts).to_bytes(_LENGTH), facts, read_regular(path, described["bytes"])])
    except OSError:
        return b""
    return data if belongs(path, data) else b""


def put_down(path: Path, data: bytes) -> bool:
    """Store at `path` the artifact that `data` holds; where it does not belong there, nothing, and say so.

    Raises:
        OSError: where it cannot be written.
    """
    if not belongs(path, data):
        return False
    facts, tensors = _parted(data)
    write_atomically(path, tensors)
    write_atomically(facts_path(path), facts)
    return True


def belongs(path: Path, data: bytes) -> bool:
    """Whether `data` holds a whole artifact that was written for the stage and the key of `path`."""
    facts, tensors = _parted(data)
    described = description(facts, path)
    return described is not None and described["tensors_sha256"] == hashlib.sha256(tensors).hexdigest()


def _parted(data: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(data[:_LENGTH])
    return data[_LENGTH : _LENGTH + length], data[_LENGTH + length :]
