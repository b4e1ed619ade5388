"""Groups trials into jobs: a dense network is trained once, and scored once for all its sparsities."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bench.plan.epochs import rewind_epoch
from bench.plan.trials import Trial


@dataclass(frozen=True)
class WorkItem:
    """What a worker does in one go: train a dense network, or run trials that share a scoring pass.

    `epochs` are those of training after which some trial will want the dense network back.
    """

    kind: Literal["train", "trials"]
    trials: tuple[Trial, ...]
    epochs: tuple[int, ...] = ()

    @property
    def train_key(self) -> str:
        """The dense network's key."""
        return self.trials[0].stages.train


class Queue:
    """Work in order: trials wait for their dense network, and go before further training."""

    def __init__(self, trials: Sequence[Trial], is_trained: Callable[[Trial], bool]) -> None:
        self._ready: deque[WorkItem] = deque()
        self._training: deque[WorkItem] = deque()
        self._waiting: dict[str, list[WorkItem]] = {}
        for group in _grouped(trials, lambda trial: trial.stages.train):
            items = [
                WorkItem("trials", tuple(part)) for part in _grouped(group, lambda trial: trial.stages.score)
            ]
            if is_trained(group[0]):
                self._ready.extend(items)
            else:
                self._training.append(WorkItem("train", (group[0],), _rewinds(group)))
                self._waiting[group[0].stages.train] = items

    @property
    def to_train(self) -> list[Trial]:
        """One trial for each dense network that must be trained."""
        return [item.trials[0] for item in self._training]

    @property
    def has_work(self) -> bool:
        """Whether anything is left to hand out, now or after training."""
        return self.size > 0

    @property
    def size(self) -> int:
        """How many items are left."""
        return len(self._ready) + len(self._training) + sum(map(len, self._waiting.values()))

    def next(self) -> WorkItem | None:
        """The next piece of work, or None while all that is left waits for a dense network."""
        if self._ready:
            return self._ready.popleft()
        return self._training.popleft() if self._training else None

    def trained(self, key: str) -> None:
        """A dense network is there: the trials that waited for it are ready."""
        self._ready.extend(self._waiting.pop(key, []))

    def untrainable(self, key: str) -> list[Trial]:
        """A dense network cannot be had: take out the trials that waited for it."""
        return [trial for item in self._waiting.pop(key, []) for trial in item.trials]

    def take_back(self, item: WorkItem) -> None:
        """Work that was handed out but never begun: it comes next."""
        (self._training if item.kind == "train" else self._ready).appendleft(item)

    def put_back(self, trials: Iterable[Trial]) -> None:
        """Trials of a job whose worker died before it came to them."""
        left = tuple(trials)
        if left:
            self._ready.appendleft(WorkItem("trials", left))


def _rewinds(trials: Iterable[Trial]) -> tuple[int, ...]:
    return tuple(sorted({rewind_epoch(trial.spec) for trial in trials} - {0}))


def _grouped(trials: Iterable[Trial], key: Callable[[Trial], str]) -> list[list[Trial]]:
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(key(trial), []).append(trial)
    return list(groups.values())
