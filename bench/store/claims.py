"""Claims on work: what several processes on one store tell each other of what they are at.

A claim is a lock on one byte of the store's file `claims`, at the place that the hash of its name says. The
system gives it up with the process that holds it, however that ends, so that no dead process blocks; and
nothing is left in the store but one empty file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from bench.errors import UserError

if sys.platform != "win32":
    import fcntl

_PLACES = 1 << 62
_TAKEN = (errno.EACCES, errno.EAGAIN)


class Claims(Protocol):
    """Who is at what."""

    def take(self, name: str) -> bool:
        """Claim `name`; False where another process has it."""

    def release(self, name: str) -> None:
        """Give `name` up."""


class StoreClaims:
    """Claims that all processes on a store respect, also on other machines where its file system has locks.

    They exclude processes, not threads: what a process has claimed it may claim again. On Windows, which
    has no such locks, every claim is granted.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, making it where it is not.

        Raises:
            UserError: where it cannot be opened.
        """
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise UserError(
                f"{path}: cannot be opened: {error.strerror}", "name another folder with --store"
            ) from None
        self._path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def take(self, name: str) -> bool:
        """Claim `name`; False where another process has it.

        Raises:
            UserError: where the file system has no locks.
        """
        if sys.platform == "win32":
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(name))
        except OSError as error:
            if error.errno in _TAKEN:
                return False
            raise UserError(
                f"{self._path}: cannot be locked: {error.strerror}",
                "put the store on a file system with locks",
            ) from None
        return True

    def release(self, name: str) -> None:
        """Give `name` up."""
        if sys.platform != "win32":
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _place(name))


def _place(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % _PLACES
