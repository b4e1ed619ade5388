"""Contracts between the harness and the executors that plugins build: pieces of work, and who has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Piece:
    """A piece of work that can be done anywhere: `bench.work_on(piece.payload, artifacts)` does it.

    Args:
        number: which piece of its run it is; a piece that comes again has a new number.
        payload: what is to be done, JSON.
        artifacts: the names of what it begins with; `Workload.artifact` gives the bytes of each.
        label: what it is, in a few words.
    """

    number: int
    payload: bytes
    artifacts: tuple[str, ...]
    label: str


class Workload(Protocol):
    """The work of one run, as an executor sees it. It is for the process and the thread of the run alone.

    Each piece that `next` gives is answered once, by `finished` or `lost`, until `has_work` is False. What
    any of these raises ends the run: stop what is out, and let it pass.
    """

    @property
    def jobs(self) -> int | None:
        """The most pieces that may be out at once, as `--jobs` says; None where it is not given."""

    @property
    def device(self) -> str:
        """Where to compute, as `--device` says: auto, cpu, cuda or cuda:N."""

    @property
    def has_work(self) -> bool:
        """Whether a piece is out, or any is left to hand out."""

    def arrange(self, workers: int, *, shared: bool = False, device: str = "", retries: int = 3) -> None:
        """Say how pieces will be done; it holds for those that come after.

        Args:
            workers: among how many workers the work is spread.
            shared: whether they see the store at the same path; no artifacts are carried then.
            device: where they compute, if not as `device` says.
            retries: how often a piece that was lost comes again before its trials are given up.
        """

    def next(self) -> Piece | None:
        """The next piece that can start now.

        None while all that is left waits for pieces that are out. Where nothing is out, it waits for
        other processes on the store: the call then takes half a second.
        """

    def artifact(self, name: str) -> bytes:
        """What a piece begins with, by its name; empty where it is damaged, and is then made again."""

    def finished(self, piece: Piece, outcome: bytes) -> None:
        """Store what `bench.work_on` gave for a piece; a damaged outcome counts as lost.

        A piece that is not out is passed over.

        Raises:
            UserError: where the piece says that the run cannot go on, such as for missing data.
        """

    def lost(self, piece: Piece, reason: str) -> None:
        """A piece will not come back, such as when its machine died: it is handed out again.

        After `retries` times its trials have failed, with that `reason`. A piece that is not out is
        passed over.
        """

    def say(self, line: str) -> None:
        """Tell the user, on stderr."""

    def here(self) -> None:
        """Do everything with the worker processes of this machine, as the executor `local` does."""


class ExecutorFunction(Protocol):
    """Does all the work of a run."""

    def __call__(self, work: Workload) -> None:
        """Return when `work.has_work` is False.

        Raise `UserError` where there are not the means to do it.
        """
