"""Reads files that may be anything: pipes, devices and files of any length stand in for none."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_regular(path: str | Path, most: int) -> bytes:
    """The bytes of the file at `path`, which is followed if it is a link; never waits and never reads more.

    Raises:
        OSError: where it cannot be opened, is no regular file, or has more than `most` bytes.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        seen = os.fstat(file.fileno())
        if not stat.S_ISREG(seen.st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        if seen.st_size > most:
            raise OSError(errno.EFBIG, f"larger than {most} bytes")
        return file.read(seen.st_size)
