"""Starts worker processes from a fork server that has torch loaded already.

A worker never imports the user's main module, so a plain script without a main guard, a notebook and
the command line all work alike.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from types import ModuleType

import psutil

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
    _start_server()
    ours, theirs = context.Pipe()
    process = context.Process(target=entry.serve, args=(theirs, settings.plain()), daemon=True)
    with _without_main():
        process.start()
    theirs.close()
    return Spawned(process, ours)


def _start_server() -> None:
    """Start the fork server, if none runs, deaf to Ctrl-C and SIGTERM, as its workers then are.

    A terminal or a scheduler sends these to the whole group: the fork server would die of them with a
    traceback while it loads torch, and a worker's death would be laid at its trial's door. The supervisor
    ends its workers, and the fork server ends by itself when the supervisor has.
    """
    if not hasattr(signal, "pthread_sigmask"):
        return
    resource_tracker.ensure_running()  # which unblocks signals where it starts
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        with _without_main():
            forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


def end_server() -> None:
    """End the fork server, which may still be loading torch and would outlive its supervisor by seconds."""
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if any("multiprocessing.forkserver" in word for word in child.cmdline()):
                child.kill()


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main module, which multiprocessing would otherwise import again in the child."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
