"""Groups trials into jobs: a dense network is trained once, and scored once for all its sparsities.

Jobs whose trainings may share a bank are handed out together. Teachers are made before their students.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.plan.banks import bank_key
from bench.plan.epochs import epochs_after_dense, rewind_epoch
from bench.plan.teachers import teacher_trial
from bench.plan.trials import Trial
from bench.runner.others import Nobody, Others
from bench.runner.work import Kind, WorkItem, claim_of

MOST = 128
LEAST = 4


@dataclass
class _Blocked:
    """Work that waits for the networks whose keys it `needs`."""

    kind: Kind
    part: tuple[Trial, ...]
    needs: set[str]


class Queue:
    """Work in order: trials wait for their dense network and its teacher, and go before further training.

    `workers` is among how many workers banks should be spread. What is handed out is claimed until it is
    `finished` or taken back; what another process on the store has claimed stays until that has done it, or
    died of it.
    """

    def __init__(
        self,
        trials: Sequence[Trial],
        is_trained: Callable[[Trial], bool],
        is_taught: Callable[[Trial], bool] = lambda _: False,
        *,
        banks: bool = False,
        others: Others | None = None,
    ) -> None:
        """Plan the work.

        Args:
            trials: to run.
            is_trained: whether the dense network of a trial is there.
            is_taught: whether the network of a trial that makes a teacher is there.
            banks: whether work is gathered into banks.
            others: the other processes on the store, if there may be any.
        """
        self.workers = 1
        self._banks = banks
        self._others = others or Nobody()
        self._is_made: dict[Kind, Callable[[Trial], bool]] = {"train": is_trained, "teach": is_taught}
        self._keys: dict[tuple[Kind, str], str | None] = {}
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
    def epochs(self) -> int:
        """How many epochs all networks take that trials or teachers begin with."""
        dense = sum(trial.spec.recipe.train.epochs for trial in self._of_kind("train"))
        return dense + sum(epochs_after_dense(trial.spec) for trial in self._of_kind("teach"))

    @property
    def has_work(self) -> bool:
        """Whether anything is left to hand out, now or after training."""
        return self.size > 0

    @property
    def size(self) -> int:
        """How many items are left, if none is gathered."""
        return sum(map(len, self._lines.values())) + len(self._blocked)

    def next(self) -> WorkItem | None:
        """The next piece of work, or None while all that is left waits for a network or another process."""
        while True:
            blocked = len(self._blocked)
            item = next(
                filter(None, (self._gathered(kind, line) for kind, line in self._lines.items())), None
            )
            if item is not None or len(self._blocked) == blocked:
                return item

    def finished(self, item: WorkItem) -> None:
        """A piece of work is over, however it ended; other processes may look at what is left of it."""
        for name in item.names:
            self._others.claims.release(name)

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
        """Work that was handed out but not done: it comes next."""
        self.finished(item)
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

    def _gathered(self, kind: Kind, parts: deque[tuple[Trial, ...]]) -> WorkItem | None:
        taken: list[tuple[Trial, ...]] = []
        key, most = None, 1
        for part in list(parts):
            if taken and self._key(kind, part) != key:
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
        name = claim_of(kind, part[0])
        if not self._others.claims.take(name):
            return None
        if kind == "trials":
            left = tuple(trial for trial in part if not self._others.has_ended(trial))
        elif self._is_made[kind](part[0]):
            spec = part[0].spec
            self._others.has_made(spec.recipe.train.epochs if kind == "train" else epochs_after_dense(spec))
            for key in WorkItem(kind, part).gives:
                self.trained(key)
            left = ()
        else:
            left = part
        if not left:
            self._others.claims.release(name)
        return left

    def _key(self, kind: Kind, part: tuple[Trial, ...]) -> str | None:
        if not self._banks or kind == "teach":
            return None
        known = (kind, part[0].trial_id)
        if known not in self._keys:
            self._keys[known] = bank_key(part[0], "train" if kind == "train" else "finetune")
        key = self._keys[known]
        return None if key in self._single else key


def _rewinds(trials: Iterable[Trial]) -> tuple[int, ...]:
    return tuple(sorted({rewind_epoch(trial.spec) for trial in trials} - {0}))


def _grouped(trials: Iterable[Trial], key: Callable[[Trial], str]) -> list[tuple[Trial, ...]]:
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(key(trial), []).append(trial)
    return [tuple(group) for group in groups.values()]
