"""Work that takes next to no time, for trying executors: what it asks of them, and what they did."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field

from bench.errors import UserError
from bench.registry.executing import Piece

JOBS = 2
MOST_QUESTIONS = 5000
MOST_ERRORS = 2
SECONDS = 0.1
ARTIFACT = b"what a piece begins with"


@dataclass(frozen=True)
class Part:
    """A part of the work: the parts that it waits for, and what happens when it is first done."""

    name: str
    after: frozenset[str] = frozenset()
    artifacts: tuple[str, ...] = ()
    fails_once: bool = False


PARTS = (
    Part("first", artifacts=("train/first",)),
    Part("second", fails_once=True),
    Part("third"),
    Part("last", after=frozenset({"first", "second", "third"})),
)


class Endless(Exception):  # noqa: N818 - what an executor is stopped by
    """Raised where an executor has asked more often than one that waits would."""


@dataclass
class Rehearsal:
    """A `bench.Workload` of four pieces; one fails at first, and the last waits for the others.

    With `stops`, what first comes back ends the run.
    """

    stops: bool = False
    jobs: int | None = JOBS
    device: str = "cpu"
    done: set[str] = field(default_factory=set)
    most_out: int = 0
    questions: int = 0
    errors: int = 0
    answered_twice: list[str] = field(default_factory=list)
    without_artifacts: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    _out: dict[int, Part] = field(default_factory=dict)
    _failed: set[str] = field(default_factory=set)
    _number: int = 0

    @property
    def has_work(self) -> bool:
        """Whether a part is out or left."""
        self._ask()
        return len(self.done) < len(PARTS)

    def arrange(self, workers: int, *, shared: bool = False, device: str = "", retries: int = 3) -> None:
        """Nothing is spread here."""

    def next(self) -> Piece | None:
        """The next part that can start; once, at the beginning, another process has all of them."""
        self._ask()
        out = {part.name for part in self._out.values()}
        free = [part for part in PARTS if part.name not in self.done | out and part.after <= self.done]
        if not free or self.questions <= 2:
            time.sleep(0 if self._out else SECONDS / 10)
            return None
        part = free[0]
        self._number += 1
        self._out[self._number] = part
        self.most_out = max(self.most_out, len(self._out))
        fails = part.fails_once and part.name not in self._failed
        rehearsal = {"part": part.name, "seconds": SECONDS, "fails": fails}
        payload = json.dumps({"rehearsal": rehearsal}).encode()
        return Piece(self._number, payload, part.artifacts, part.name)

    def artifact(self, name: str) -> bytes:
        """The bytes of an artifact."""
        return ARTIFACT + name.encode()

    def finished(self, piece: Piece, outcome: bytes) -> None:
        """Look at what came back."""
        self._stop()
        part = self._answered(piece)
        if part is None:
            return
        self.done.add(part.name)
        due = {name: hashlib.sha256(self.artifact(name)).hexdigest() for name in part.artifacts}
        if json.loads(outcome)["artifacts"] != due:
            self.without_artifacts.append(part.name)

    def lost(self, piece: Piece, reason: str) -> None:
        """The part comes again."""
        part = self._answered(piece)
        if part is not None:
            self._failed.add(part.name)
            self.reasons.append(reason)

    def say(self, line: str) -> None:
        """Nobody listens."""

    def here(self) -> None:
        """Everything is done at once."""
        self._stop()
        self.done.update(part.name for part in PARTS)

    def _stop(self) -> None:
        if self.errors > MOST_ERRORS:
            raise Endless
        if self.stops:
            self.errors += 1
            raise UserError("the data is missing", "get it")

    def _answered(self, piece: Piece) -> Part | None:
        part = self._out.pop(piece.number, None)
        if part is None:
            self.answered_twice.append(piece.label)
        return part

    def _ask(self) -> None:
        self.questions += 1
        if self.questions > MOST_QUESTIONS:
            raise Endless
