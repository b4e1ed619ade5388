"""Groups trials into jobs: a dense network is trained once, and scored once for all its sparsities.

Jobs whose trainings may share a bank are handed out together. Teachers are made before their students.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing

from bench.plan.banks import BankKeys
from bench.plan.epochs import epochs_after_dense, rewind_epoch
from bench.plan.teachers import teacher_by_trial
from bench.plan.trials import Trial
from bench.runner.lines import Blocked, Line, Part, Waiting
from bench.runner.others import Nobody, Others
from bench.runner.work import Kind, WorkItem, claim_of

MOST = 128
LEAST = 4


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
        self._keys = BankKeys()
        self._single: set[str] = set()
        kinds: tuple[Kind, ...] = ("trials", "teach", "train")
        self._lines = {kind: Line(kind) for kind in kinds}
        self._waiting = Waiting()
        self._rewinds: dict[str, tuple[int, ...]] = {}
        teachers = teacher_by_trial(trials)
        made_by = {teacher.stages.finetune: teacher for teacher in teachers.values()}
        missing = {key: teacher for key, teacher in made_by.items() if not is_taught(teacher)}

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
        return sum(map(len, self._lines.values())) + len(self._waiting)

    def next(self) -> WorkItem | None:
        """The next piece of work, or None while all that is left waits for a network or another process."""
        while True:
            waiting = len(self._waiting)
            item = next(filter(None, map(self._gathered, self._lines.values())), None)
            if item is not None or len(self._waiting) == waiting:
                return item

    def finished(self, item: WorkItem) -> None:
        """A piece of work is over, however it ended; other processes may look at what is left of it."""
        for name in item.names:
            self._others.claims.release(name)

    def trained(self, key: str) -> None:
        """A network is there: what waited for no other is ready."""
        for free in self._waiting.made(key):
            self._lines[free.kind].append(self._part(free.kind, free.trials))

    def untrainable(self, key: str) -> list[Trial]:
        """A network cannot be had: take out the trials that waited for it, or for what it leads to."""
        trials: list[Trial] = []
        for lost in self._waiting.lost(key):
            if lost.kind == "trials":
                trials.extend(lost.trials)
            for given in WorkItem(lost.kind, lost.trials).gives:
                trials.extend(self.untrainable(given))
        return trials

    def take_back(self, item: WorkItem) -> None:
        """Work that was handed out but not done: it comes next."""
        self.finished(item)
        if item.kind == "trials":
            self.put_back(item.trials)
        else:
            self._lines[item.kind].put_first(self._part(item.kind, (trial,)) for trial in item.trials)

    def put_back(self, trials: Iterable[Trial]) -> None:
        """Trials of a job whose worker died before it came to them: they come next."""
        passes = _grouped(trials, lambda trial: trial.stages.score)
        self._lines["trials"].put_first(self._part("trials", one) for one in passes)

    def part(self, item: WorkItem) -> None:
        """Gather no more work like `item`, since no worker can bank it, or one died of it."""
        if item.bank is not None:
            self._single.add(item.bank)

    def _add(self, kind: Kind, trials: tuple[Trial, ...], needs: set[str]) -> None:
        if needs:
            self._waiting.add(Blocked(kind, trials, needs))
        else:
            self._lines[kind].append(self._part(kind, trials))

    def _of_kind(self, kind: Kind) -> list[Trial]:
        waiting = [blocked for blocked in self._waiting if blocked.kind == kind]
        return [of.trials[0] for of in (*self._lines[kind], *waiting)]

    def _gathered(self, line: Line) -> WorkItem | None:
        refused: set[Part] = set()
        with closing(self._taken(line, refused)) as found:
            first = next(found, None)
        if first is None:
            return None
        bank, trials = first
        if bank in self._single:
            bank = None
        if bank is not None:
            room = self._most(len(trials) + line.trials_of(bank)) - len(trials)
            for _, more in self._taken(line, refused, bank, room):
                trials += more
        is_train = line.kind == "train"
        epochs = tuple(self._rewinds[trial.stages.train] for trial in trials) if is_train else ()
        return WorkItem(line.kind, trials, bank, epochs)

    def _taken(
        self, line: Line, refused: set[Part], bank: str | None = None, room: float = math.inf
    ) -> Generator[tuple[str | None, tuple[Trial, ...]]]:
        """Claim parts of a line in order, while they fit: the bank of each, and what is left to do of it.

        Those that other processes have join `refused`, and are not asked for again.
        """
        with closing(line.walk(bank)) as parts:
            for part in parts:
                if part in refused:
                    continue
                if len(part.trials) > room:
                    return
                mine = self._claimed(line.kind, part.trials)
                if mine is None:
                    refused.add(part)
                    continue
                line.remove(part)
                if mine:
                    room -= len(mine)
                    yield part.bank, mine

    def _most(self, total: int) -> int:
        """How many of `total` trials of a bank go into one piece, so that all workers have some."""
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

    def _part(self, kind: Kind, trials: tuple[Trial, ...]) -> Part:
        if not self._banks or kind == "teach":
            return Part(trials, None)
        return Part(trials, self._keys.of(trials[0], "train" if kind == "train" else "finetune"))


def _rewinds(trials: Iterable[Trial]) -> tuple[int, ...]:
    return tuple(sorted({rewind_epoch(trial.spec) for trial in trials} - {0}))


def _grouped(trials: Iterable[Trial], key: Callable[[Trial], str]) -> list[tuple[Trial, ...]]:
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(key(trial), []).append(trial)
    return [tuple(group) for group in groups.values()]
