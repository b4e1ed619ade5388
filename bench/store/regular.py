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
    descriptor = os.open(path, flags)
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        if seen.st_size > most:
            raise OSError(errno.EFBIG, f"larger than {most} bytes")
        data = os.read(descriptor, seen.st_size)
        while len(data) < seen.st_size and (more := os.read(descriptor, seen.st_size - len(data))):
            data += more
        return data
    finally:
        os.close(descriptor)
