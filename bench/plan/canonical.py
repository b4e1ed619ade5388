"""Canonical JSON and content hashes: equal data has equal bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def canonical_json(data: Any) -> bytes:
    """JSON with sorted keys, no spaces and ASCII only; NaN and infinities are refused.

    Raises:
        ValueError: for a number that is not finite.
    """
    return _ENCODER.encode(data).encode()


def content_hash(data: Any) -> str:
    """The SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(data)).hexdigest()


@dataclass(frozen=True)
class Blank:
    """A place in data for a value that is still to come."""

    name: str


class Form:
    """Data with blanks: written once, and hashed for whatever fills them.

    Thousands of trials differ in a seed and a sparsity alone; the hash is that of the filled data.
    """

    def __init__(self, data: Any) -> None:
        for number in count():
            mark, blanks = f"blank {number}", list[str]()
            pieces = _marked(data, mark, blanks).split(f'"{mark}"')
            if len(pieces) == len(blanks) + 1:  # the mark stands for blanks alone
                break
        first, *others = map(str.encode, pieces)
        self._first = hashlib.sha256(first)
        self._others = list(zip(blanks, others, strict=True))

    def hash(self, filled: Mapping[str, Any]) -> str:
        """The `content_hash` of the data with `filled`, by name, in its blanks."""
        digest = self._first.copy()
        for name, piece in self._others:
            digest.update(canonical_json(filled[name]))
            digest.update(piece)
        return digest.hexdigest()


def _marked(data: Any, mark: str, blanks: list[str]) -> str:
    """The canonical JSON with `mark` in the place of blanks, whose names join `blanks` in order."""

    def default(value: object) -> str:
        if not isinstance(value, Blank):
            raise TypeError(f"{type(value).__name__} is not JSON")
        blanks.append(value.name)
        return mark

    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=default
    )
