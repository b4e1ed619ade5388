"""What a process that does pieces of work keeps between them: a folder, and a worker that stands by."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import util
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import psutil

from bench.runner.messages import WorkerSettings
from bench.runner.spawn import Spawned
from bench.store.record import Environment

Kept = tuple[Spawned, Environment]
_PREFIX = "prunebench-pieces-"


class Standby:
    """At most one idle worker; it is given to who asks for one that is set up alike."""

    def __init__(self) -> None:
        self._settings: WorkerSettings | None = None
        self._kept: Kept | None = None

    def take(self, settings: WorkerSettings) -> Kept | None:
        """The worker, if it is set up so; one that is set up otherwise ends."""
        kept, self._kept = self._kept, None
        if kept is None or self._settings == settings:
            return kept
        kept[0].close()
        return None

    def keep(self, settings: WorkerSettings, spawned: Spawned, env: Environment) -> None:
        """Let an idle worker stand by, or end where there is one already."""
        if self._kept is not None:
            spawned.close()
        else:
            self._settings, self._kept = settings, (spawned, env)

    def end(self) -> None:
        """End the worker."""
        if self._kept is not None:
            self._kept[0].close()
            self._kept = None


class Station:
    """A scratch folder with a store in it, and a worker that stands by."""

    def __init__(self) -> None:
        _sweep(Path(gettempdir()))
        self._folder = TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-")
        self.root = Path(self._folder.name)
        self.store = self.root / "store"
        self.standby = Standby()
        self.lock = threading.Lock()
        self.store.mkdir()

    def clear(self) -> None:
        """Empty the store, so that nothing is in it but what the next piece brings."""
        shutil.rmtree(self.store / "artifacts", ignore_errors=True)

    def end(self) -> None:
        """End the worker, and remove the folder."""
        self.standby.end()
        self._folder.cleanup()


@contextmanager
def station() -> Iterator[Station]:
    """The station of this process, which stays until that ends; where it is in use, one for this time."""
    lasting = _lasting()
    if lasting.lock.acquire(blocking=False):
        try:
            yield lasting
        finally:
            lasting.clear()
            lasting.lock.release()
        return
    passing = Station()
    try:
        yield passing
    finally:
        passing.end()


def _sweep(folder: Path) -> None:
    """Remove what processes of this machine that were killed have left in `folder`."""
    for left in folder.glob(f"{_PREFIX}*-*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


@cache
def _lasting() -> Station:
    made = Station()
    # Before multiprocessing waits for its children, of which the worker hears no signal to end.
    util.Finalize(None, made.end, exitpriority=10)
    return made
