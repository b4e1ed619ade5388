"""Atomic writes: a reader sees the old file or the whole new one, also after a crash."""

from __future__ import annotations

import os
import re
import secrets
import socket
from pathlib import Path

import psutil

SUFFIX = ".tmp"


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to a temporary file beside `path`, fsync it, and rename it into place.

    The file gets the permissions that any new file would have.

    Raises:
        OSError: where the folder cannot be written; the old file, if any, is then untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.{_owner(os.getpid())}{SUFFIX}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sweep(root: Path, *pids: int) -> None:
    """Remove what the dead processes `pids` of this machine were writing below `root` when they died."""
    endings = tuple(f".{_owner(pid)}{SUFFIX}" for pid in pids)
    for folder, _, names in os.walk(root):
        for name in names:
            if name.startswith(".") and name.endswith(endings):
                Path(folder, name).unlink(missing_ok=True)


def sweep_dead(root: Path) -> None:
    """Remove what processes of this machine that are no longer there were writing below `root`."""
    ours = re.compile(rf"\..*\.{re.escape(_owner(0)[:-1])}(\d+){re.escape(SUFFIX)}")
    for left in root.rglob(f".*{SUFFIX}"):
        found = ours.fullmatch(left.name)
        if found and not psutil.pid_exists(int(found[1])):
            left.unlink(missing_ok=True)


def _owner(pid: int) -> str:
    return f"{socket.gethostname()[:32]}-{pid}"
