"""Starts worker processes from a fork server that has torch loaded already.

A worker never imports the user's main module, so a plain script without a main guard, a notebook and
the command line all work alike.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from types import ModuleType

from bench.runner.messages import WorkerSettings


@dataclass(frozen=True)
class Spawned:
    """A worker process and the supervisor's end of its pipe."""

    process: ForkServerProcess
    pipe: Connection

    def kill(self) -> None:
        """End the process at once, and wait for it."""
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def close(self) -> None:
        """Let the process end by itself: it stops when its pipe closes."""
        self.pipe.close()
        self.process.join(timeout=5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def spawn(settings: WorkerSettings) -> Spawned:
    """Start a worker; it reports `ready` when it can take jobs."""
    from bench.runner import entry  # noqa: PLC0415

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.runner.preload"])
    ours, theirs = context.Pipe()
    process = context.Process(target=entry.serve, args=(theirs, settings.plain()), daemon=True)
    with _without_main():
        process.start()
    theirs.close()
    return Spawned(process, ours)


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main module, which multiprocessing would otherwise import again in the child."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
