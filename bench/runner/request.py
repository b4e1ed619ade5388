"""What a user asks to run, and what came of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from bench.errors import UserError
from bench.registry.parameters import Params

DEFAULT_STORE = "bench-store"
DEFAULT_TIMEOUT = 3600.0
RETRIES = ("failed", "oom", "timeout", "unsupported", "all")


def default_store() -> Path:
    """`BENCH_STORE`, or `./bench-store`."""
    return Path(os.environ.get("BENCH_STORE") or DEFAULT_STORE)


def default_data_root() -> Path:
    """`BENCH_DATA`, or the user's cache folder."""
    return Path(os.environ.get("BENCH_DATA") or platformdirs.user_cache_dir("prunebench"))


@dataclass(frozen=True)
class RunRequest:
    """The options of `bench run`.

    Args:
        store: the folder of records and artifacts.
        only: `KEY=VALUE` filters over specs.
        device: auto, cpu, cuda or cuda:N.
        jobs: worker processes; None for one a core on a CPU, one on a GPU.
        retry: statuses of earlier failures to run again; "all" for every one.
        force: run finished trials again too.
        timeout: seconds without a sign of life after which a trial is given up; None for the
            suite's own, or an hour.
        data_root: where tasks look for data, and keep what they download or decode.
        download: whether tasks may download.
        banks: whether trials that differ in seed and scalars alone are trained together where it pays.
        progress: whether to show a bar on stderr, if that is a terminal.
        executor: where trials run: local, or one that a plugin offers.
        executor_params: its parameters.
    """

    store: Path
    only: Sequence[str] = ()
    device: str = "auto"
    jobs: int | None = None
    retry: Sequence[str] = ()
    force: bool = False
    timeout: float | None = None
    data_root: Path = field(default_factory=default_data_root)
    download: bool = False
    banks: bool = True
    progress: bool = True
    executor: str = "local"
    executor_params: Params = field(default_factory=dict)


@dataclass(frozen=True)
class RunSummary:
    """How many trials ended well now, were done before, failed, or were skipped as unsupported."""

    suite: str
    store: Path
    ok: int
    cached: int
    failed: int
    skipped: int
    seconds: float

    def plain(self) -> dict[str, object]:
        """The summary as `bench run --json` prints it."""
        trials = {"ok": self.ok, "cached": self.cached, "failed": self.failed, "skipped": self.skipped}
        return {
            "suite": self.suite,
            "store": str(self.store),
            "trials": trials,
            "seconds": round(self.seconds, 3),
        }


def check_device(name: str) -> str:
    """`name`, found to be a device's.

    Raises:
        UserError: for anything but auto, cpu, cuda and cuda:N.
    """
    kind, _, index = name.partition(":")
    if name in ("auto", "cpu", "cuda") or (kind == "cuda" and index.isdecimal()):
        return name
    raise UserError(f"--device {name}: unknown device", "use auto, cpu, cuda or cuda:N")
