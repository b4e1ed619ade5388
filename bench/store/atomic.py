"""Atomic writes: a reader sees the old file or the whole new one, also after a crash."""

from __future__ import annotations

import os
import re
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.errors import UserError

SUFFIX = ".tmp"
ABANDONED = 86_400.0  # seconds; nobody writes a file for a day
_SKEW = 60.0  # seconds by which the clocks of a file system and of a machine may differ


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


@contextmanager
def writing(what: str, path: Path) -> Iterator[None]:
    """Tell the user where `what` cannot be written at `path`: a full disk is no component's fault.

    Raises:
        UserError: for an `OSError`.
    """
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{path}: cannot write the {what}: {error.strerror}",
            "make room, mend the permissions or remove what is in its place, then run the same command again",
        ) from None


def sweep(root: Path, *pids: int) -> None:
    """Remove what the dead processes `pids` of this machine were writing below `root` when they died."""
    endings = tuple(f".{_owner(pid)}{SUFFIX}" for pid in pids)
    for folder, _, names in os.walk(root):
        for name in names:
            if name.startswith(".") and name.endswith(endings):
                Path(folder, name).unlink(missing_ok=True)


def sweep_dead(root: Path) -> None:
    """Remove what processes that are no longer there were writing below `root`.

    Of other machines' processes, whose end nobody here sees, that is what is a day old.
    """
    ours = re.compile(rf"\..*\.{re.escape(_owner(0)[:-1])}(\d+){re.escape(SUFFIX)}")
    for left in root.rglob(f".*{SUFFIX}"):
        found = ours.fullmatch(left.name)
        try:
            begun = left.stat().st_mtime
        except FileNotFoundError:
            continue
        if time.time() - begun > ABANDONED or (found and not _was_there(int(found[1]), begun)):
            left.unlink(missing_ok=True)


def _was_there(pid: int, when: float) -> bool:
    """Whether the process of that number lives and did so at `when`: a number may be given again."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= when + _SKEW
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _owner(pid: int) -> str:
    return f"{socket.gethostname()[:32]}-{pid}"
