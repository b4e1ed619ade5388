"""Data sets decoded once: a safetensors file with a checksum, shared by all processes of a machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import torch
from filelock import FileLock

from bench.data.fingerprint import fingerprint
from bench.errors import UserError
from bench.plan.canonical import content_hash
from bench.registry.contracts import Split
from bench.store.artifacts import Artifact, read_artifact, write_artifact
from bench.store.atomic import sweep_dead

CACHE_VERSION = 1
FOLDER = "decoded"
_ANY_WRITER = 0o222


@dataclass(frozen=True)
class Decoded:
    """Both splits as tensors, uint8 images (n, c, h, w) and int64 classes, and the number of classes."""

    train: Split
    test: Split
    num_classes: int


def decoded_once(root: Path, name: str, source: Mapping[str, Any], decode: Callable[[], Decoded]) -> Decoded:
    """What `decode` gives, from the cache where it is there and sound, else decoded and kept.

    A file that is truncated or altered is decoded anew. While one process decodes, others that want
    the same wait for it.

    Args:
        root: the data folder; the cache is `decoded/` in it, or in the user's cache folder where the
            data folder is read-only.
        name: the beginning of the cache file's name.
        source: what determines the tensors, as JSON types: which files, how they are read.
        decode: reads and decodes.

    Raises:
        UserError: where neither folder can be written, such as on a full disk.
    """
    key = content_hash({"cache_version": CACHE_VERSION, "source": source})
    path = _folder(root) / f"{name}-{key[:32]}.safetensors"
    found = _sound(path)
    if found is None:
        with _alone(path):
            found = _sound(path) or _kept(path, source, decode())
    return found


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of the cache file at `path`."""
    lock = FileLock(path.with_suffix(".lock"))
    try:
        lock.acquire()
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        yield
    finally:
        lock.release()


def _unwritable(path: Path, error: OSError) -> UserError:
    return UserError(
        f"{path}: cannot write the decoded data: {error.strerror}",
        "make room, or name another folder with --data-dir",
    )


def _kept(path: Path, source: Mapping[str, Any], decoded: Decoded) -> Decoded:
    train, test = decoded.train, decoded.test
    facts = {
        "num_classes": decoded.num_classes,
        "data_sha256": fingerprint(train, test),
        "source": dict(source),
    }
    tensors = {
        "train.inputs": train.inputs,
        "train.targets": train.targets,
        "test.inputs": test.inputs,
        "test.targets": test.targets,
    }
    try:
        sweep_dead(path.parent)
        write_artifact(path, Artifact(tensors, facts))
    except OSError as error:
        raise _unwritable(path, error) from None
    return decoded


def _sound(path: Path) -> Decoded | None:
    artifact = read_artifact(path)
    if artifact is None:
        return None
    tensors, num_classes = artifact.tensors, artifact.facts.get("num_classes")
    if tensors.keys() != {"train.inputs", "train.targets", "test.inputs", "test.targets"}:
        return None
    train = Split(tensors["train.inputs"], tensors["train.targets"])
    test = Split(tensors["test.inputs"], tensors["test.targets"])
    if not isinstance(num_classes, int) or not (
        _is_split(train, num_classes) and _is_split(test, num_classes)
    ):
        return None
    return Decoded(train, test, num_classes)


def _is_split(split: Split, num_classes: int) -> bool:
    inputs, targets = split.inputs, split.targets
    typed = inputs.dtype == torch.uint8 and targets.dtype == torch.int64
    shaped = inputs.ndim == 4 and targets.ndim == 1 and len(inputs) == len(targets) > 0
    return typed and shaped and bool(((targets >= 0) & (targets < num_classes)).all())


def _folder(root: Path) -> Path:
    """The first folder that can be written; a data folder that nobody may write to is left alone."""
    own = Path(platformdirs.user_cache_dir("prunebench")) / FOLDER
    if not root.exists() or root.stat().st_mode & _ANY_WRITER:
        try:
            return _writable(root / FOLDER)
        except OSError:
            pass
    try:
        return _writable(own)
    except OSError as error:
        raise UserError(
            f"neither {root / FOLDER} nor {own} can be written: {error.strerror}",
            "name a folder for decoded data with --data-dir",
        ) from None


def _writable(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".probe-{id(folder)}"
    probe.touch()
    probe.unlink(missing_ok=True)
    return folder
