"""`bench` as a process of its own, with less of what processes take for granted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

LIMITED = """
import resource
import sys

size = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
from bench.cli import main

main()
"""


def bench(
    *words: object,
    largest_file: int | None = None,
    env: Mapping[str, str] | None = None,
    stdout: int | IO[str] = subprocess.PIPE,
) -> subprocess.CompletedProcess[str]:
    """Run `bench`, and what it starts; no file grows beyond `largest_file` bytes, as on a full disk."""
    start = ["-m", "bench"] if largest_file is None else ["-c", LIMITED, str(largest_file)]
    return subprocess.run(
        [sys.executable, *start, *map(str, words)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
        env={**os.environ, **(env or {})},
        timeout=300,
        check=False,
    )


def is_told(done: subprocess.CompletedProcess[str], what: str) -> bool:
    """Whether the user is told `what` in an error and a hint, and nothing else: exit code 2, no traceback."""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
    kinds = [line.partition(":")[0] for line in lines]
    return (done.returncode, kinds) == (2, ["error", "hint"]) and what in lines[0]


def contents(root: Path) -> dict[str, bytes]:
    """The bytes of all files below `root` by relative path; a store's notes, an aid to reading, aside."""
    files = {path.relative_to(root): path for path in root.rglob("*") if path.is_file()}
    return {str(name): path.read_bytes() for name, path in files.items() if name.parts[0] != "notes"}
