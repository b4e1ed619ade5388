"""What came of a check: accepted or refused, with every reason, and how much of each suite is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from bench.board.submission.problems import Problem


@dataclass(frozen=True)
class SuiteShare:
    """How much of a suite a submission brings.

    `given` of its records are new, `accepted` are there already, of `planned` cells. `partial` names the
    contestants of which cells are still missing; `overrides` how cells depart from the suite as it stands.
    """

    suite: str
    version: str
    given: int
    accepted: int
    planned: int
    contestants: int
    partial: tuple[str, ...]
    overrides: tuple[str, ...]

    @property
    def words(self) -> str:
        """The share on one line."""
        parts = [f"{self.given} new records of {self.contestants} contestants, {self.planned} cells in all"]
        if self.accepted:
            parts.append(f"{self.accepted} accepted already")
        if self.partial:
            parts.append(f"partial: {len(self.partial)} contestants lack cells")
        if self.overrides:
            parts.append(f"beyond the suite: {', '.join(self.overrides)}")
        return f"{self.suite} {self.version}: {'; '.join(parts)}"


@dataclass(frozen=True)
class Report:
    """The verdict. `records` were read, `new` of them are not accepted yet, `unchanged` are."""

    records: int
    new: int
    unchanged: int
    suites: tuple[SuiteShare, ...]
    problems: tuple[Problem, ...]
    more: bool
    notes: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def plain(self) -> dict[str, Any]:
        """The report as `bench board check --json` prints it."""
        return {"accepted": self.accepted, **asdict(self)}

    def lines(self) -> Iterator[str]:
        """The report for people, problems first."""
        yield from map(str, self.problems)
        if self.more:
            yield f"error: more than these {len(self.problems)} problems\nhint: mend these, then check again"
        for share in self.suites:
            yield share.words
            for name in share.partial[:10]:
                yield f"  partial: {name}"
            if len(share.partial) > 10:
                yield f"  and {len(share.partial) - 10} more"
        yield from (f"note: {note}" for note in self.notes)
        verdict = "accepted" if self.accepted else "refused"
        yield f"{verdict}: {self.new} new records, {self.unchanged} unchanged, {len(self.problems)} problems"
