"""Groups trials into jobs: a dense network is trained once, and scored once for all its sparsities.

Jobs whose trainings may share a bank are handed out together. Teachers are made before their students.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bench.plan.banks import bank_key
from bench.plan.epochs import rewind_epoch
from bench.plan.teachers import teacher_trial
from bench.plan.trials import Trial

Kind = Literal["train", "teach", "trials"]
MOST = 128
LEAST = 4


@dataclass(frozen=True)
class WorkItem:
    """What a worker does in one go: train dense networks, make a teacher of one, or run trials.

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
    def gives(self) -> tuple[str, ...]:
        """The keys of the networks that it leaves for other work to begin with, each once."""
        if self.kind == "trials":
            return ()
        return self.train_keys if self.kind == "train" else (self.trials[0].stages.finetune,)

    @property
    def is_gathered(self) -> bool:
        """Whether it is more than one network, or more than the trials of one scoring pass."""
        keys = {trial.stages.train if self.kind == "train" else trial.stages.score for trial in self.trials}
        return len(keys) > 1


@dataclass
class _Blocked:
    """Work that waits for the networks whose keys it `needs`."""

    kind: Kind
    part: tuple[Trial, ...]
    needs: set[str]


class Queue:
    """Work in order: trials wait for their dense network and its teacher, and go before further training.

    `workers` is among how many workers banks should be spread.
    """

    def __init__(
        self,
        trials: Sequence[Trial],
        is_trained: Callable[[Trial], bool],
        is_taught: Callable[[Trial], bool] = lambda _: False,
        *,
        banks: bool = False,
    ) -> None:
        """Plan the work.

        Args:
            trials: to run.
            is_trained: whether the dense network of a trial is there.
            is_taught: whether the network of a trial that makes a teacher is there.
            banks: whether work is gathered into banks.
        """
        self.workers = 1
        self._banks = banks
        self._single: set[str] = set()
        self._lines: dict[Kind, deque[tuple[Trial, ...]]] = {
            "trials": deque(),
            "teach": deque(),
            "train": deque(),
        }
        self._rewinds: dict[str, tuple[int, ...]] = {}
        self._blocked: list[_Blocked] = []
        teachers = {trial.trial_id: teacher_trial(trial) for trial in trials}
        missing = {
            teacher.stages.finetune: teacher
            for teacher in teachers.values()
            if teacher is not None and not is_taught(teacher)
        }

        def lacking(part: tuple[Trial, ...]) -> set[str]:
            keys = {of.stages.finetune for trial in part if (of := teachers.get(trial.trial_id))}
            return keys & missing.keys()

        for group in _grouped([*missing.values(), *trials], lambda trial: trial.stages.train):
            before: set[str] = set()
            if not is_trained(group[0]):
                before = {group[0].stages.train}
                self._rewinds[group[0].stages.train] = _rewinds(group)
                self._add("train", (group[0],), lacking(group[:1]))
            made = [trial for trial in group if missing.get(trial.stages.finetune) is trial]
            for teacher in made:
                self._add("teach", (teacher,), set(before))
            for part in _grouped(group[len(made) :], lambda trial: trial.stages.score):
                self._add("trials", part, before | lacking(part))

    @property
    def to_train(self) -> list[Trial]:
        """One trial for each dense network that must be trained."""
        return self._of_kind("train")

    @property
    def to_teach(self) -> list[Trial]:
        """The trials that make teachers, beyond their dense networks."""
        return self._of_kind("teach")

    @property
    def has_work(self) -> bool:
        """Whether anything is left to hand out, now or after training."""
        return self.size > 0

    @property
    def size(self) -> int:
        """How many items are left, if none is gathered."""
        return sum(map(len, self._lines.values())) + len(self._blocked)

    def next(self) -> WorkItem | None:
        """The next piece of work, or None while all that is left waits for a network."""
        for kind, line in self._lines.items():
            if line:
                return WorkItem(kind, line.popleft()) if kind == "teach" else self._gathered(kind, line)
        return None

    def trained(self, key: str) -> None:
        """A network is there: what waited for no other is ready."""
        for blocked in self._blocked:
            blocked.needs.discard(key)
        free = [blocked for blocked in self._blocked if not blocked.needs]
        self._blocked = [blocked for blocked in self._blocked if blocked.needs]
        for blocked in free:
            self._lines[blocked.kind].append(blocked.part)

    def untrainable(self, key: str) -> list[Trial]:
        """A network cannot be had: take out the trials that waited for it, or for what it leads to."""
        lost = [blocked for blocked in self._blocked if key in blocked.needs]
        self._blocked = [blocked for blocked in self._blocked if key not in blocked.needs]
        trials: list[Trial] = []
        for blocked in lost:
            if blocked.kind == "trials":
                trials.extend(blocked.part)
            for given in WorkItem(blocked.kind, blocked.part).gives:
                trials.extend(self.untrainable(given))
        return trials

    def take_back(self, item: WorkItem) -> None:
        """Work that was handed out but never begun: it comes next."""
        if item.kind == "trials":
            self.put_back(item.trials)
        else:
            self._lines[item.kind].extendleft((trial,) for trial in reversed(item.trials))

    def put_back(self, trials: Iterable[Trial]) -> None:
        """Trials of a job whose worker died before it came to them: they come next."""
        self._lines["trials"].extendleft(reversed(_grouped(trials, lambda trial: trial.stages.score)))

    def part(self, item: WorkItem) -> None:
        """Gather no more work like `item`, since no worker can bank it, or one died of it."""
        if item.bank is not None:
            self._single.add(item.bank)

    def _add(self, kind: Kind, part: tuple[Trial, ...], needs: set[str]) -> None:
        if needs:
            self._blocked.append(_Blocked(kind, part, needs))
        else:
            self._lines[kind].append(part)

    def _of_kind(self, kind: Kind) -> list[Trial]:
        waiting = [blocked.part for blocked in self._blocked if blocked.kind == kind]
        return [part[0] for part in (*self._lines[kind], *waiting)]

    def _gathered(self, kind: Kind, parts: deque[tuple[Trial, ...]]) -> WorkItem:
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

    def _key(self, kind: Kind, part: tuple[Trial, ...]) -> str | None:
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
