"""What hostile submissions are made of: good records, and ways to spoil them."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.plan.trials import trial_id_of
from bench.store.reading import read_pack

ROOT = Path(__file__).parents[4]
PUBLISHED = ROOT / "leaderboard" / "records" / "digits.jsonl.gz"
MARK = "HOSTILE"
Plain = dict[str, Any]
Make = Callable[[Path, list[Plain]], Path | None]


@dataclass(frozen=True)
class Case:
    """A hostile submission.

    `make` writes it into a folder, from two good records, and names what is to be checked if that is not the
    folder. `says` is part of the refusal, `code` its exit code. `alone` says that the board sees without
    being told of suites or accepted records that it is no sound record; `whole` that it would replace the
    accepted folder.
    """

    name: str
    make: Make
    says: str
    code: int = 1
    alone: bool = True
    whole: bool = False


def all_records() -> list[Plain]:
    """The records of the digits suite, as they were published."""
    return [record.plain() for record in read_pack(PUBLISHED)]


def good_records() -> list[Plain]:
    """Two of them: one network, pruned by magnitude at two sparsities."""
    found = [plain for plain in all_records() if _is_chosen(plain["spec"])]
    return sorted(found, key=lambda plain: float(plain["spec"]["sparsity"]))[:2]


def _is_chosen(spec: Plain) -> bool:
    chosen = ("lenet-300-100", "magnitude", {"scope": "global"}, 0)
    return (spec["model"], spec["pruner"], spec["params"], spec["seed"]) == chosen


def changed(plain: Plain, path: str, value: Any) -> Plain:
    """A copy with the dotted field `path` replaced, and the trial id that belongs to it."""
    return rehashed(spoiled(plain, path, value))


def spoiled(plain: Plain, path: str, value: Any) -> Plain:
    """A copy with the dotted field `path` replaced, and nothing else."""
    fresh = copy.deepcopy(plain)
    *rooms, last = path.split(".")
    place: Any = fresh
    for room in rooms:
        place = place[int(room)] if isinstance(place, list) else place[room]
    place[last] = value
    return fresh


def rehashed(plain: Plain) -> Plain:
    """The record under the id of its spec."""
    return plain | {"trial_id": trial_id_of(plain["spec"], plain["components"])}


def packed(folder: Path, lines: Iterable[Plain | bytes], name: str = "digits.jsonl.gz") -> Path:
    """Write a pack of records, or of whatever bytes."""
    data = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, 1))
    return path


def loose(folder: Path, data: bytes | Plain, trial_id: str = "") -> Path:
    """Write a record file, or whatever bytes under a record's name."""
    named = trial_id or (data["trial_id"] if isinstance(data, dict) else "0" * 64)
    path = folder / "digits" / f"{named}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return path


def field(name: str, path: str, value: Any, says: str, *, alone: bool = True) -> Case:
    """A pack in which one field of one record is replaced."""

    def make(folder: Path, good: list[Plain]) -> None:
        packed(folder, [changed(good[0], path, value), good[1]])

    return Case(name, make, says, alone=alone)


def replaced(name: str, old: str, new: str, says: str) -> Case:
    """A loose record in whose JSON text the first `old` is `new`."""

    def make(folder: Path, good: list[Plain]) -> None:
        text = json.dumps(good[0])
        assert old in text
        loose(folder, text.replace(old, new, 1).encode(), good[0]["trial_id"])

    return Case(name, make, says)


def written(name: str, data: bytes, says: str) -> Case:
    """A record file of other bytes."""

    def make(folder: Path, good: list[Plain]) -> None:
        loose(folder, data, good[0]["trial_id"])

    return Case(name, make, says)
