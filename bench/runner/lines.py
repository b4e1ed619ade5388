"""Lines of work by kind, and the work that waits for networks before it may stand in line."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from bench.plan.trials import Trial

Kind = Literal["train", "teach", "trials"]
Part = tuple[Trial, ...]


@dataclass
class _Blocked:
    """Work that waits for the networks whose keys it `needs`."""

    kind: Kind
    part: Part
    needs: set[str]


def keys_given(kind: Kind, part: Iterable[Trial]) -> tuple[str, ...]:
    """The keys of the networks that a piece of work leaves for others to begin with, each once."""
    if kind == "trials":
        return ()
    keys = (trial.stages.train if kind == "train" else trial.stages.finetune for trial in part)
    return tuple(dict.fromkeys(keys))


class Lines:
    """Trials go before teachers, and those before further training; each line in its order."""

    def __init__(self) -> None:
        self._lines: dict[Kind, deque[Part]] = {"trials": deque(), "teach": deque(), "train": deque()}
        self._blocked: list[_Blocked] = []

    def __iter__(self) -> Iterator[tuple[Kind, deque[Part]]]:
        return iter(self._lines.items())

    def __len__(self) -> int:
        return sum(map(len, self._lines.values())) + self.blocked

    @property
    def blocked(self) -> int:
        """How much work waits for networks."""
        return len(self._blocked)

    def add(self, kind: Kind, part: Part, needs: set[str]) -> None:
        """Work at the end of its line, once the networks that it needs are there."""
        if needs:
            self._blocked.append(_Blocked(kind, part, needs))
        else:
            self._lines[kind].append(part)

    def put_first(self, kind: Kind, parts: Iterable[Part]) -> None:
        """Work at the front of its line, in its order."""
        self._lines[kind].extendleft(reversed(list(parts)))

    def free(self, key: str) -> None:
        """A network is there: what waited for no other stands in line."""
        for blocked in self._blocked:
            blocked.needs.discard(key)
        free = [blocked for blocked in self._blocked if not blocked.needs]
        self._blocked = [blocked for blocked in self._blocked if blocked.needs]
        for blocked in free:
            self._lines[blocked.kind].append(blocked.part)

    def drop(self, key: str) -> list[Trial]:
        """A network cannot be had: take out the trials that waited for it, or for what it leads to."""
        lost = [blocked for blocked in self._blocked if key in blocked.needs]
        self._blocked = [blocked for blocked in self._blocked if key not in blocked.needs]
        trials: list[Trial] = []
        for blocked in lost:
            if blocked.kind == "trials":
                trials.extend(blocked.part)
            for given in keys_given(blocked.kind, blocked.part):
                trials.extend(self.drop(given))
        return trials
