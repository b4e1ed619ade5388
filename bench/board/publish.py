"""Writes files that are made to be served."""

from __future__ import annotations

from pathlib import Path

from bench.store.atomic import write_atomically


def publish(path: Path, data: bytes) -> None:
    """Write `data` to `path` whole, readable for everyone: a web server is another user.

    Raises:
        OSError: where the folder cannot be written.
    """
    write_atomically(path, data)
    path.chmod(0o644)
