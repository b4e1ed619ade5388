"""Groups trials into jobs: a dense network is trained once, and scored once for all its sparsities.

Jobs whose trainings may share a bank are handed out together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bench.plan.banks import bank_key
from bench.plan.epochs import rewind_epoch
from bench.plan.trials import Trial
from bench.runner.others import Nobody, Others

MOST = 128
LEAST = 4

Kind = Literal["train", "trials"]


@dataclass(frozen=True)
class WorkItem:
    """What a worker does in one go: train dense networks, or run trials.

    Without a `bank` it is one network, or the trials of one scoring pass; with one, the key that all of
    its trials have in common, it may be more.
    `epochs` are, for each network to be trained, those after which some trial will want it back.
    """

    kind: Kind
    trials: tuple[Trial, ...]
    bank: str | None = None
    epochs: tuple[tuple[int, ...], ...] = ()

    @property
    def train_keys(self) -> tuple[str, ...]:
        """The dense networks' keys, each once."""
        return tuple(dict.fromkeys(trial.stages.train for trial in self.trials))

    @property
    def names(self) -> tuple[str, ...]:
        """What is claimed with it, each once."""
        return tuple(dict.fromkeys(_name(self.kind, trial) for trial in self.trials))

    @property
    def is_gathered(self) -> bool:
        """Whether it is more than one network, or more than the trials of one scoring pass."""
        keys = {trial.stages.train if self.kind == "train" else trial.stages.score for trial in self.trials}
        return len(keys) > 1


class Queue:
    """Work in order: trials wait for their dense network, and go before further training.

    `workers` is among how many workers banks should be spread. What is handed out is claimed until it is
    `finished` or taken back; what another process on the store has claimed stays until that has done it, or
    died of it.
    """

    def __init__(
        self,
        trials: Sequence[Trial],
        is_trained: Callable[[Trial], bool],
        *,
        banks: bool = False,
        others: Others | None = None,
    ) -> None:
        self.workers = 1
        self._banks = banks
        self._is_trained = is_trained
        self._others = others or Nobody()
        self._keys: dict[tuple[str, str], str | None] = {}
        self._single: set[str] = set()
        self._ready: deque[tuple[Trial, ...]] = deque()
        self._training: deque[tuple[Trial, ...]] = deque()
        self._rewinds: dict[str, tuple[int, ...]] = {}
        self._waiting: dict[str, list[tuple[Trial, ...]]] = {}
        for group in _grouped(trials, lambda trial: trial.stages.train):
            parts = _grouped(group, lambda trial: trial.stages.score)
            if is_trained(group[0]):
                self._ready.extend(parts)
            else:
                self._training.append((group[0],))
                self._rewinds[group[0].stages.train] = _rewinds(group)
                self._waiting[group[0].stages.train] = parts

    @property
    def has_work(self) -> bool:
        """Whether anything is left to hand out, now or after training."""
        return self.size > 0

    @property
    def size(self) -> int:
        """How many items are left, if none is gathered."""
        return len(self._ready) + len(self._training) + sum(map(len, self._waiting.values()))

    def next(self) -> WorkItem | None:
        """The next piece of work, or None while all that is left waits for a network or another process."""
        while True:
            waiting = len(self._waiting)
            item = self._gathered("trials", self._ready) or self._gathered("train", self._training)
            if item is not None or len(self._waiting) == waiting:
                return item

    def finished(self, item: WorkItem) -> None:
        """A piece of work is over, however it ended; other processes may look at what is left of it."""
        for name in item.names:
            self._others.claims.release(name)

    def trained(self, key: str) -> None:
        """A dense network is there: the trials that waited for it are ready."""
        self._ready.extend(self._waiting.pop(key, []))

    def untrainable(self, key: str) -> list[Trial]:
        """A dense network cannot be had: take out the trials that waited for it."""
        return [trial for part in self._waiting.pop(key, []) for trial in part]

    def take_back(self, item: WorkItem) -> None:
        """Work that was handed out but not done: it comes next."""
        self.finished(item)
        if item.kind == "train":
            self._training.extendleft((trial,) for trial in reversed(item.trials))
        else:
            self.put_back(item.trials)

    def put_back(self, trials: Iterable[Trial]) -> None:
        """Trials of a job whose worker died before it came to them: they come next."""
        self._ready.extendleft(reversed(_grouped(trials, lambda trial: trial.stages.score)))

    def part(self, item: WorkItem) -> None:
        """Gather no more work like `item`, since no worker can bank it, or one died of it."""
        if item.bank is not None:
            self._single.add(item.bank)

    def _gathered(self, kind: Kind, parts: deque[tuple[Trial, ...]]) -> WorkItem | None:
        taken: list[tuple[Trial, ...]] = []
        key, most = None, 1
        for part in list(parts):
            if taken and (key is None or self._key(kind, part) != key):
                continue
            if taken and sum(map(len, taken)) + len(part) > most:
                break
            mine = self._claimed(kind, part)
            if mine is None:
                continue
            parts.remove(part)
            if mine and not taken:
                key = self._key(kind, part)
                most = self._most(kind, key, [mine, *parts])
            taken += [mine] if mine else []
            if taken and key is None:
                break
        if not taken:
            return None
        trials = tuple(trial for part in taken for trial in part)
        epochs = tuple(self._rewinds[trial.stages.train] for trial in trials) if kind == "train" else ()
        return WorkItem(kind, trials, key, epochs)

    def _most(self, kind: Kind, key: str | None, parts: Iterable[tuple[Trial, ...]]) -> int:
        """How many trials of `key` go into one piece, so that all workers have some."""
        if key is None:
            return 1
        total = sum(len(part) for part in parts if self._key(kind, part) == key)
        return min(MOST, -(-total // max(1, min(self.workers, total // LEAST))))

    def _claimed(self, kind: Kind, part: tuple[Trial, ...]) -> tuple[Trial, ...] | None:
        """What of `part` is left to do, now that it is ours; None while another process has it."""
        name = _name(kind, part[0])
        if not self._others.claims.take(name):
            return None
        if kind == "trials":
            left = tuple(trial for trial in part if not self._others.has_ended(trial))
        elif self._is_trained(part[0]):
            self._others.has_trained(part[0])
            self.trained(part[0].stages.train)
            left = ()
        else:
            left = part
        if not left:
            self._others.claims.release(name)
        return left

    def _key(self, kind: Kind, part: tuple[Trial, ...]) -> str | None:
        if not self._banks:
            return None
        known = (kind, part[0].trial_id)
        if known not in self._keys:
            self._keys[known] = bank_key(part[0], "train" if kind == "train" else "finetune")
        key = self._keys[known]
        return None if key in self._single else key


def _name(kind: Kind, trial: Trial) -> str:
    """What a process claims that is at the dense network of `trial`, or at its scoring pass."""
    key = trial.stages.train if kind == "train" else trial.stages.score
    return f"{kind}:{key}" if kind == "train" else f"{kind}:{trial.suite.name}:{key}"


def _rewinds(trials: Iterable[Trial]) -> tuple[int, ...]:
    return tuple(sorted({rewind_epoch(trial.spec) for trial in trials} - {0}))


def _grouped(trials: Iterable[Trial], key: Callable[[Trial], str]) -> list[tuple[Trial, ...]]:
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(key(trial), []).append(trial)
    return [tuple(group) for group in groups.values()]
