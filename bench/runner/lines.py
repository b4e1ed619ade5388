"""Lines of work and what waits to join them; a step costs the same however much there is."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from bench.plan.trials import Trial
from bench.runner.work import Kind


@dataclass(eq=False)
class Part:
    """Trials that go together, with the key of the bank that they may join others in."""

    trials: tuple[Trial, ...]
    bank: str | None
    gone: bool = False


class Line:
    """Parts of one kind of work in order, also those of one bank alone.

    A part stands in both orders; what is removed leaves the one at once, the other when it is met there.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._all: deque[Part] = deque()
        self._of_bank: defaultdict[str, deque[Part]] = defaultdict(deque)
        self._trials: Counter[str] = Counter()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Part]:
        return (part for part in self._all if not part.gone)

    def append(self, part: Part) -> None:
        """Put a part at the end."""
        self._count(part, 1)
        self._all.append(part)
        if part.bank is not None:
            self._of_bank[part.bank].append(part)

    def put_first(self, parts: Iterable[Part]) -> None:
        """Put parts at the beginning, in their order."""
        for part in reversed(list(parts)):
            self._count(part, 1)
            self._all.appendleft(part)
            if part.bank is not None:
                self._of_bank[part.bank].appendleft(part)

    def remove(self, part: Part) -> None:
        """Take a part out."""
        self._count(part, -1)
        part.gone = True

    def walk(self, bank: str | None = None) -> Generator[Part]:
        """The parts in order, those of `bank` alone if given; to be closed before the next walk.

        Those that are not removed meanwhile keep their places. Others may be appended meanwhile.
        """
        line = self._all if bank is None else self._of_bank[bank]
        passed: list[Part] = []
        try:
            while line:
                part = line.popleft()
                if not part.gone:
                    passed.append(part)
                    yield part
        finally:
            line.extendleft(part for part in reversed(passed) if not part.gone)

    def trials_of(self, bank: str) -> int:
        """How many trials stand in line for a bank."""
        return self._trials[bank]

    def _count(self, part: Part, sign: int) -> None:
        self._length += sign
        if part.bank is not None:
            self._trials[part.bank] += sign * len(part.trials)


@dataclass(eq=False)
class Blocked:
    """Work that waits for the networks whose keys it `needs`."""

    kind: Kind
    trials: tuple[Trial, ...]
    needs: set[str]
    lost: bool = False


class Waiting:
    """Blocked work, found by the key of each network that it needs."""

    def __init__(self) -> None:
        self._by_key: defaultdict[str, list[Blocked]] = defaultdict(list)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Blocked]:
        every = (blocked for line in self._by_key.values() for blocked in line if not blocked.lost)
        return iter(dict.fromkeys(every))

    def add(self, blocked: Blocked) -> None:
        """Let work wait for what it needs."""
        self._length += 1
        for key in blocked.needs:
            self._by_key[key].append(blocked)

    def made(self, key: str) -> list[Blocked]:
        """A network is there: the work that waited for no other, in order."""
        waited = [blocked for blocked in self._by_key.pop(key, ()) if not blocked.lost]
        for blocked in waited:
            blocked.needs.discard(key)
        free = [blocked for blocked in waited if not blocked.needs]
        self._length -= len(free)
        return free

    def lost(self, key: str) -> list[Blocked]:
        """A network cannot be had: the work that needed it, in order, which waits no more."""
        lost = [blocked for blocked in self._by_key.pop(key, ()) if not blocked.lost]
        for blocked in lost:
            blocked.lost = True
        self._length -= len(lost)
        return lost
