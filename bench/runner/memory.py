"""Tells running out of memory from other faults, whoever notices it first: torch, numpy, or the system."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")
_WORDS = (
    "DefaultCPUAllocator",
    "not enough memory",
    "CUDA out of memory",
    "CUDA error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
    "std::bad_alloc",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error`, or what it was raised from, says that there was no memory left.

    torch says so on a GPU by an `OutOfMemoryError`, on a CPU by a plain `RuntimeError`.
    """
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    if isinstance(error, RuntimeError) and any(words in str(error) for words in _WORDS):
        return True
    return error.__cause__ is not None and is_out_of_memory(error.__cause__)


def oom_kills(proc: Path = PROC, cgroups: Path = CGROUPS) -> int:
    """How many processes the system has killed so far for want of memory; 0 where it does not say.

    Linux counts those of a control group, in version 2 and in version 1 of these, and all of them.
    """
    for path in (*_counters(proc, cgroups), proc / "vmstat"):
        try:
            lines = path.read_text(encoding="ascii").splitlines()
        except (OSError, ValueError):
            continue
        for line in lines:
            name, _, count = line.partition(" ")
            if name == "oom_kill" and count.strip().isdecimal():
                return int(count)
    return 0


def _counters(proc: Path, cgroups: Path) -> Iterator[Path]:
    """Where this process's control group may count; inside a container it may stand at the root."""
    try:
        groups = (proc / "self" / "cgroup").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    for group in groups:
        _, _, rest = group.partition(":")
        controllers, _, path = rest.partition(":")
        places = (path.strip("/"), "")
        if not controllers:
            yield from (cgroups / place / "memory.events" for place in places)
        elif "memory" in controllers.split(","):
            yield from (cgroups / "memory" / place / "memory.oom_control" for place in places)
