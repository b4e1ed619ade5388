"""Ways in which the two files of an artifact go wrong: by accident, by a mix-up, or by ill will."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import torch
from safetensors.torch import load, save

Damage = Callable[[Path, Path], None]


def facts_of(path: Path) -> Path:
    return path.with_suffix(".json")


def sealed(path: Path, data: bytes, **changed: object) -> None:
    """Put `data` at `path` with facts whose seal holds, as one would who knows how; `changed` of them."""
    found = json.loads(facts_of(path).read_bytes())
    found.pop("sha256")
    found |= {"bytes": len(data), "tensors_sha256": hashlib.sha256(data).hexdigest(), **changed}
    found = json.loads(json.dumps(found, default=str))
    seal = hashlib.sha256(json.dumps(found).encode()).hexdigest()
    path.write_bytes(data)
    facts_of(path).write_text(json.dumps({**found, "sha256": seal}) + "\n")


def header(described: object, data: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file with any header, and any length of it."""
    text = described if isinstance(described, bytes) else json.dumps(described).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def _one(dtype: str, shape: list[int], offsets: list[int]) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


HEADERS: Mapping[str, bytes] = MappingProxyType(
    {
        "of no length": b"",
        "of half a length": b"\1\0",
        "of a huge length": header({}, length=2**63),
        "longer than the file": header({}, length=3),
        "that is no JSON": header(b"{{"),
        "that is not UTF-8": header(b'{"\xff":1}'),
        "that is a list": header([]),
        "nested deep": header(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        "of overlapping tensors": header(
            {"a": _one("F32", [2], [0, 8]), "b": _one("F32", [2], [4, 12])}, bytes(12)
        ),
        "of tensors beyond the end": header({"a": _one("F32", [2], [0, 8])}, bytes(4)),
        "of offsets backwards": header({"a": _one("F32", [2], [8, 0])}, bytes(8)),
        "of a huge tensor": header({"a": _one("F32", [2**40], [0, 2**42])}),
        "of more elements than 64 bits count": header({"a": _one("F32", [2**40, 2**40], [0, 8])}, bytes(8)),
        "of an unknown type": header({"a": _one("F3", [2], [0, 8])}, bytes(8)),
        "of types that torch may lack": header({"a": _one("F8_E8M0", [8], [0, 8])}, bytes(8)),
        "of a negative shape": header({"a": _one("F32", [-2], [0, 8])}, bytes(8)),
        "that names a tensor twice": header(
            b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},'
            b'"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
            bytes(2),
        ),
        "of metadata that are no text": header({"__metadata__": {"a": 1}}),
    }
)


def _flipped(file: Callable[[Path], Path], place: float) -> Damage:
    def damage(path: Path, _: Path) -> None:
        whole = bytearray(file(path).read_bytes())
        whole[int(place * (len(whole) - 1))] ^= 1
        file(path).write_bytes(whole)

    return damage


def _cut(file: Callable[[Path], Path], share: float) -> Damage:
    def damage(path: Path, _: Path) -> None:
        whole = file(path).read_bytes()
        file(path).write_bytes(whole[: int(share * len(whole))])

    return damage


def _replaced(file: Callable[[Path], Path], by: Callable[[Path], None]) -> Damage:
    def damage(path: Path, _: Path) -> None:
        file(path).unlink()
        by(file(path))

    return damage


def _other(*files: Callable[[Path], Path]) -> Damage:
    def damage(path: Path, other: Path) -> None:
        for file in files:
            shutil.copyfile(file(other), file(path))

    return damage


def _forged(change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]) -> Damage:
    """Other tensors, under a seal that holds."""

    def damage(path: Path, _: Path) -> None:
        sealed(path, save(change(load(path.read_bytes()))))

    return damage


def _enormous(path: Path) -> None:
    """A file of a terabyte, nearly all of it a hole."""
    with path.open("wb") as file:
        file.truncate(2**40)


def _forged_header(described: bytes) -> Damage:
    return lambda path, _: sealed(path, described)


def _tensors(path: Path) -> Path:
    return path


ACCIDENTS: Mapping[str, Damage] = MappingProxyType(
    {
        "a flipped bit in the header": _flipped(_tensors, 0.0),
        "a flipped bit in the tensors": _flipped(_tensors, 1.0),
        "a flipped bit in the facts": _flipped(facts_of, 0.5),
        "tensors cut in half": _cut(_tensors, 0.5),
        "facts cut in half": _cut(facts_of, 0.5),
        "empty tensors": _cut(_tensors, 0.0),
        "empty facts": _cut(facts_of, 0.0),
        "facts that are not UTF-8": _replaced(facts_of, lambda at: at.write_bytes(b'{"\xff": 1}')),
        "no tensors": _replaced(_tensors, lambda _: None),
        "no facts": _replaced(facts_of, lambda _: None),
        "another's pair": _other(_tensors, facts_of),
        "another's tensors": _other(_tensors),
        "another's facts": _other(facts_of),
        "a pipe for tensors": _replaced(_tensors, os.mkfifo),
        "a pipe for facts": _replaced(facts_of, os.mkfifo),
        "a link to nowhere": _replaced(_tensors, lambda at: at.symlink_to("nowhere")),
        "a link to itself": _replaced(facts_of, lambda at: at.symlink_to(at)),
        "an enormous file": _replaced(_tensors, _enormous),
        "enormous facts": _replaced(facts_of, _enormous),
    }
)
FORGERIES: Mapping[str, Damage] = MappingProxyType(
    {
        "forged tensors of another shape": _forged(
            lambda tensors: {name: tensor.flatten()[:-1] for name, tensor in tensors.items()}
        ),
        "forged tensors of another type": _forged(
            lambda tensors: {name: tensor.to(torch.float64) for name, tensor in tensors.items()}
        ),
        "forged tensors of other names": _forged(
            lambda tensors: {f"{name}x": tensor for name, tensor in tensors.items()}
        ),
        "no tensor at all": _forged(lambda _: {}),
        "a forged header": _forged_header(HEADERS["of overlapping tensors"]),
        "forged facts": lambda path, _: sealed(path, path.read_bytes(), facts={"seconds": "long"}),
    }
)
DAMAGES: Mapping[str, Damage] = MappingProxyType({**ACCIDENTS, **FORGERIES})
