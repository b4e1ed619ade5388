"""Runs cases in children with bounds of time and memory, and keeps what they find."""

from __future__ import annotations

import faulthandler
import multiprocessing
import random
import resource
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from bench.registry import loader
from bench.suite import size
from tests.fuzz.outcome import Act, Hang, Outcome, judged
from tests.fuzz.targets import TARGETS

BATCH = 100
SECONDS = 10
WALL_SECONDS = 120
MORE_MEMORY = 2 * 2**30
MOST_TRIALS = 3000
WHEN_RUN = (
    "bench.board.build",
    "bench.board.claims_text",
    "bench.board.labels",
    "bench.board.lint.report",
    "bench.board.submission.check",
    "bench.cli.board",
    "bench.cli.claims",
    "bench.cli.list",
    "bench.cli.plan",
    "bench.cli.records",
    "bench.cli.show",
    "bench.runner.estimate",
    "bench.runner.states",
    "bench.store.packing",
    "bench.store.verify",
)


@dataclass(frozen=True)
class Case:
    """One case, which its target, the campaign's seed and its number determine."""

    target: str
    seed: int
    number: int

    def prepared(self, folder: Path) -> Act:
        """The case with its files written into `folder`."""
        rng = random.Random(f"{self.target}|{self.seed}|{self.number}")
        return TARGETS[self.target](rng, folder)

    @property
    def label(self) -> str:
        """What names the case in reports and folders."""
        return f"{self.target}-{self.seed}-{self.number}"


@dataclass
class Tally:
    """Cases by target and exit code, and those that ended otherwise than they may, with what was wrong."""

    cases: Counter[str] = field(default_factory=Counter)
    codes: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    findings: dict[Case, str] = field(default_factory=dict)

    def add(self, case: Case, outcome: Outcome) -> None:
        """Count a case that has ended."""
        self.cases[case.target] += 1
        self.codes[case.target, outcome.code] += 1
        if outcome.problem:
            self.findings[case] = outcome.problem


def warm_up() -> None:
    """Import in this process what commands import when they run, so that no child has to."""
    for name in WHEN_RUN:
        import_module(name)


def run_batch(target: str, seed: int, first: int, count: int, tally: Tally) -> None:
    """Run cases `first` to `first + count`, in a child; another goes on where one died."""
    context = multiprocessing.get_context("fork")
    number = first
    while number < first + count:
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=_serve, args=(there, target, seed, range(number, first + count)))
        child.start()
        there.close()
        for outcome in _received(here):
            tally.add(Case(target, seed, number), outcome)
            number += 1
        child.join()
        if number < first + count:
            tally.add(Case(target, seed, number), Outcome(f"the process ended with {child.exitcode}"))
            number += 1


def keep(case: Case, problem: str, folder: Path) -> Path:
    """Write a finding's files, and what was wrong, into a folder of its own."""
    place = folder / case.label
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (place / "problem.txt").write_text(problem, errors="backslashreplace")
    case.prepared(place)
    return place


def _received(pipe: Connection) -> Iterator[Outcome]:
    with pipe:
        while True:
            try:
                yield pipe.recv()
            except EOFError:
                return


def _serve(pipe: Connection, target: str, seed: int, numbers: range) -> None:
    """Run cases one by one within bounds; of fewer trials a plan, so that none takes long by right.

    Plugins, which are trusted, are loaded once.
    """
    size.MOST_TRIALS = MOST_TRIALS
    loaded = cache(partial(loader.load_plugins, complain=lambda _: None))
    loader.load_plugins = lambda selection, _: loaded(selection)
    memory = psutil.Process().memory_info().vms + MORE_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.signal(signal.SIGPROF, _too_long)
    for number in numbers:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
            act = Case(target, seed, number).prepared(Path(name))
            faulthandler.dump_traceback_later(WALL_SECONDS, exit=True)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            outcome = judged(act)
            signal.setitimer(signal.ITIMER_PROF, 0)
            faulthandler.cancel_dump_traceback_later()
        pipe.send(outcome)


def _too_long(*_: object) -> None:
    raise Hang
