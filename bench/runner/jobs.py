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

MOST = 128
LEAST = 4


@dataclass(frozen=True)
class WorkItem:
    """What a worker does in one go: train dense networks, or run trials.

    Without a `bank` it is one network, or the trials of one scoring pass; with one, the key that all of
    its trials have in common, it may be more.
    `epochs` are, for each network to be trained, those after which some trial will want it back.
    """

    kind: Literal["train", "trials"]
    trials: tuple[Trial, ...]
    bank: str | None = None
    epochs: tuple[tuple[int, ...], ...] = ()

    @property
    def train_keys(self) -> tuple[str, ...]:
        """The dense networks' keys, each once."""
        return tuple(dict.fromkeys(trial.stages.train for trial in self.trials))

    @property
    def is_gathered(self) -> bool:
        """Whether it is more than one network, or more than the trials of one scoring pass."""
        keys = {trial.stages.train if self.kind == "train" else trial.stages.score for trial in self.trials}
        return len(keys) > 1


class Queue:
    """Work in order: trials wait for their dense network, and go before further training.

    `workers` is among how many workers banks should be spread.
    """

    def __init__(
        self, trials: Sequence[Trial], is_trained: Callable[[Trial], bool], *, banks: bool = False
    ) -> None:
        self.workers = 1
        self._banks = banks
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
    def to_train(self) -> list[Trial]:
        """One trial for each dense network that must be trained."""
        return [part[0] for part in self._training]

    @property
    def has_work(self) -> bool:
        """Whether anything is left to hand out, now or after training."""
        return self.size > 0

    @property
    def size(self) -> int:
        """How many items are left, if none is gathered."""
        return len(self._ready) + len(self._training) + sum(map(len, self._waiting.values()))

    def next(self) -> WorkItem | None:
        """The next piece of work, or None while all that is left waits for a dense network."""
        if self._ready:
            return self._gathered("trials", self._ready)
        return self._gathered("train", self._training) if self._training else None

    def trained(self, key: str) -> None:
        """A dense network is there: the trials that waited for it are ready."""
        self._ready.extend(self._waiting.pop(key, []))

    def untrainable(self, key: str) -> list[Trial]:
        """A dense network cannot be had: take out the trials that waited for it."""
        return [trial for part in self._waiting.pop(key, []) for trial in part]

    def take_back(self, item: WorkItem) -> None:
        """Work that was handed out but never begun: it comes next."""
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

    def _gathered(self, kind: Literal["train", "trials"], parts: deque[tuple[Trial, ...]]) -> WorkItem:
        first = parts.popleft()
        key = self._key(kind, first)
        others = [part for part in parts if key is not None and self._key(kind, part) == key]
        total = len(first) + sum(map(len, others))
        most = min(MOST, -(-total // max(1, min(self.workers, total // LEAST))))
        taken = [first]
        for part in others:
            if sum(map(len, taken)) + len(part) > most:
                break
            taken.append(part)
            parts.remove(part)
        trials = tuple(trial for part in taken for trial in part)
        epochs = tuple(self._rewinds[trial.stages.train] for trial in trials) if kind == "train" else ()
        return WorkItem(kind, trials, key, epochs)

    def _key(self, kind: Literal["train", "trials"], part: tuple[Trial, ...]) -> str | None:
        if not self._banks:
            return None
        key = bank_key(part[0], "train" if kind == "train" else "finetune")
        return None if key in self._single else key


def _rewinds(trials: Iterable[Trial]) -> tuple[int, ...]:
    return tuple(sorted({rewind_epoch(trial.spec) for trial in trials} - {0}))


def _grouped(trials: Iterable[Trial], key: Callable[[Trial], str]) -> list[tuple[Trial, ...]]:
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(key(trial), []).append(trial)
    return [tuple(group) for group in groups.values()]
