"""What is wrong with a submission: where, what, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MOST_PROBLEMS = 100
LONGEST_QUOTE = 80


def quoted(value: object, longest: int = LONGEST_QUOTE) -> str:
    """`value` in printable ASCII, cut at `longest`: fit for terminals and logs, whatever it holds."""
    text = str(value)[: 4 * longest]
    if len(text) <= longest and text.isascii() and text.isprintable():
        return text
    text = "".join(char if " " <= char <= "~" else ascii(char)[1:-1] for char in text)
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


@dataclass(frozen=True)
class Problem:
    """A reason to refuse; `where` is a file, or a file with a record's place in it."""

    where: str
    what: str
    hint: str

    def __str__(self) -> str:
        return f"error: {self.where}: {self.what}\nhint: {self.hint}"


@dataclass(frozen=True)
class Complaint:
    """What is wrong and what to do, before it is known where."""

    what: str
    hint: str

    def at(self, where: str) -> Problem:
        """The problem that it is there."""
        return Problem(where, self.what, self.hint)


Complaints = Iterator[Complaint]


class TooMany(Exception):  # noqa: N818 - a signal to stop reading, not a fault
    """Raised by `Problems` when a submission is so wrong that reading on tells nothing new."""


@dataclass
class Problems:
    """The problems found so far, `MOST_PROBLEMS` at the most."""

    found: list[Problem] = field(default_factory=list)
    more: bool = False

    def add(self, where: str, complaints: Iterable[Complaint]) -> None:
        """Note all of `complaints`.

        Raises:
            TooMany: at the first one that there is no room for.
        """
        for complaint in complaints:
            if len(self.found) == MOST_PROBLEMS:
                self.more = True
                raise TooMany
            self.found.append(complaint.at(quoted(where, 400)))
