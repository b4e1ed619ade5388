"""What comes back of a piece of work that was done elsewhere, as bytes; never pickle.

A checksum covers all of it: what was cut off or altered on its way reads as damaged, and never in part.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_MAGIC = b"prunebench outcome 1\n"
_CHECKSUM = 32
_LENGTH = 8


class Damaged(ValueError):  # noqa: N818 - it is a state of bytes
    """Raised for bytes that are no outcome, or not a whole one."""


@dataclass(frozen=True)
class Returned:
    """What became of a piece.

    Args:
        records: of the trials that ended, as JSON.
        unmade: the records of networks that cannot be had, as JSON, by the networks' keys.
        artifacts: what is new for the store, by name.
        epochs: how many epochs were trained, by trial id; under "" those of no single trial.
        error: message and hint, where the run cannot go on.
        parted: whether what was gathered cannot be done together; what has no record is still to do.
    """

    records: tuple[str, ...] = ()
    unmade: Mapping[str, str] = field(default_factory=dict)
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    epochs: Mapping[str, int] = field(default_factory=dict)
    error: tuple[str, str] | None = None
    parted: bool = False

    def to_bytes(self) -> bytes:
        """The outcome for its way back."""
        head = {
            "records": self.records,
            "unmade": dict(self.unmade),
            "artifacts": {name: len(data) for name, data in self.artifacts.items()},
            "epochs": dict(self.epochs),
            "error": self.error,
            "parted": self.parted,
        }
        text = json.dumps(head, allow_nan=False).encode()
        body = b"".join([len(text).to_bytes(_LENGTH), text, *self.artifacts.values()])
        return b"".join([_MAGIC, hashlib.sha256(body).digest(), body])

    @classmethod
    def from_bytes(cls, data: bytes) -> Returned:
        """The outcome that `data` holds.

        Raises:
            Damaged: for anything but what `to_bytes` gave.
        """
        magic, rest = data[: len(_MAGIC)], data[len(_MAGIC) :]
        checksum, body = rest[:_CHECKSUM], rest[_CHECKSUM:]
        if magic != _MAGIC or hashlib.sha256(body).digest() != checksum:
            raise Damaged("its checksum does not fit")
        length = int.from_bytes(body[:_LENGTH])
        text, blobs = body[_LENGTH : _LENGTH + length], body[_LENGTH + length :]
        try:
            return _read(json.loads(text), blobs)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Damaged(f"it does not hold together ({type(error).__name__})") from None


def _read(head: dict[str, Any], blobs: bytes) -> Returned:
    error = head["error"]
    return Returned(
        records=tuple(_text(record) for record in head["records"]),
        unmade={key: _text(record) for key, record in head["unmade"].items()},
        artifacts=dict(_parts(head["artifacts"], blobs)),
        epochs={key: _count(number) for key, number in head["epochs"].items()},
        error=None if error is None else (_text(error[0]), _text(error[1])),
        parted=bool(head["parted"]),
    )


def _parts(sizes: Mapping[str, Any], blobs: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    for name, size in sizes.items():
        end = at + _count(size)
        yield name, blobs[at:end]
        at = end
    if at != len(blobs):
        raise ValueError("the sizes do not add up")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError("not a count")
    return value
