"""What tests that kill processes share: stores that are filled, and the log of what was done there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.store.artifacts import read_artifact
from bench.store.reading import read_record
from tests.watched_suite import SUITE, WATCH


@dataclass(frozen=True)
class Event:
    """A line of the log: when, by whom, what, and the stages that it is about."""

    at: float
    pid: int
    what: str
    names: tuple[str, ...]


@dataclass
class Place:
    """A store, the suite and plugin that fill it, and the log of all that was done there.

    With `keep` the suite keeps what it trained; else it is stored, however short, until the record is there.
    """

    folder: Path
    keep: bool = True

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.suite.write_text(SUITE.replace("finetune = true", f"finetune = {str(self.keep).lower()}"))
        self.plugin.write_text(WATCH)
        self.log.touch()

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def suite(self) -> Path:
        return self.folder / "kills.toml"

    @property
    def plugin(self) -> Path:
        return self.folder / "watch.py"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self, *words: str, jobs: int = 2) -> subprocess.Popen[str]:
        """`bench run` on the store, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "bench", "run", str(self.suite), "--store", str(self.store), "--json",
             "--jobs", str(jobs), "--plugin-file", str(self.plugin), "--retry", "failed", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env=os.environ | {"WATCHED": str(self.log)},
        )  # fmt: skip

    def doom(self, when: str) -> Path:
        """The file by whose being there the next process to store something is told to die then."""
        return self.log.with_name(f"{self.log.name}.{when}")

    def events(self) -> list[Event]:
        """The log so far; the last line may be half a line of a killed process."""
        whole = self.log.read_text().rpartition("\n")[0]
        return [_event(line) for line in whole.splitlines()]

    def records(self) -> dict[str, object]:
        """The reproducible part of each record, by trial."""
        found = [read_record(path) for path in self.store.rglob("records/*/*.json")]
        return {record.trial_id: record.reproducible() for record in found}

    def interim(self) -> list[Path]:
        """What is stored until there are records."""
        return list(self.store.glob("artifacts/interim/*"))

    def temporary(self) -> list[Path]:
        """What writers left behind."""
        return list(self.store.rglob("*.tmp"))


def _event(line: str) -> Event:
    at, pid, what, verb, *names = line.split(" ")
    return Event(float(at), int(pid), f"{what} {verb}", tuple(names))


@dataclass
class Ledger:
    """Holds a store to what was once whole in it: it may not be lost, nor be written again."""

    store: Path
    seen: dict[Path, tuple[int, int, bytes]] = field(default_factory=dict)

    def check(self) -> None:
        """Read everything, and hold it against what was there before."""
        for path in self.store.rglob("failures/*/*.json"):
            read_record(path)
        for path in self.store.rglob("records/*/*.json"):
            assert read_record(path).status == "ok"
            self._hold(path)
        lasting = [stage for stage in self.store.glob("artifacts/*") if stage.name != "interim"]
        for path in (path for stage in lasting for path in stage.glob("*.safetensors")):
            if path in self.seen or read_artifact(path) is not None:
                self._hold(path)
                self._hold(path.with_suffix(".json"))
        missing = [path for path in self.seen if not path.exists()]
        assert missing == []

    def _hold(self, path: Path) -> None:
        found = path.stat()
        now = (found.st_ino, found.st_mtime_ns, path.read_bytes())
        assert self.seen.setdefault(path, now) == now, f"{path} was written again"


def trained_again(events: list[Event]) -> list[str]:
    """Trainings that began anew although whoever ended them before had stored what came of it.

    A worker has stored it by the time that it begins with the next training.
    """
    stored: set[str] = set()
    ended: dict[int, tuple[str, ...]] = {}
    again: list[str] = []
    for event in events:
        if event.what == "train begins":
            stored.update(ended.pop(event.pid, ()))
            again += [name for name in event.names if name in stored]
        elif event.what == "train ends":
            ended[event.pid] = event.names
    return again


def workers(process: subprocess.Popen[str]) -> list[int]:
    """The worker processes of a run: the children of its fork server."""
    try:
        children = psutil.Process(process.pid).children()
        return [worker.pid for child in children for worker in child.children()]
    except psutil.NoSuchProcess:
        return []


def kill(pid: int, *, group: bool = False) -> bool:
    """End a process, or its group, without a warning; False where it is not there."""
    try:
        (os.killpg if group else os.kill)(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def lives(pid: int) -> bool:
    """Whether a process is there and at work."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(event: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until `event`, or fail."""
    end = time.monotonic() + seconds
    while not event():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.02)


def phase(events: list[Event], pid: int) -> str:
    """What a process was at by the last it said."""
    own = [event for event in events if event.pid == pid]
    if not own:
        return "starting"
    kind = own[-1].names[0].partition(":")[0] + " " if own[-1].names else ""
    return f"{kind}{own[-1].what}"
