"""Groups trials into jobs: a dense network is trained once, and scored once for all its sparsities.

Jobs whose trainings may share a bank are handed out together. Teachers are made before their students.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.plan.banks import bank_key
from bench.plan.epochs import rewind_epoch
from bench.plan.teachers import teacher_trial
from bench.plan.trials import Trial
from bench.runner.lines import Kind, Lines, keys_given
from bench.runner.others import Nobody, Others

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
        return keys_given(self.kind, self.trials)

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
            others: the other processes on the store.
        """
        self.workers = 1
        self._banks = banks
        self._is_trained = is_trained
        self._is_taught = is_taught
        self._others = others or Nobody()
        self._keys: dict[tuple[str, str], str | None] = {}
        self._single: set[str] = set()
        self._rewinds: dict[str, tuple[int, ...]] = {}
        self._lines = Lines()
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
                self._lines.add("train", group[:1], lacking(group[:1]))
            made = [trial for trial in group if missing.get(trial.stages.finetune) is trial]
            for teacher in made:
                self._lines.add("teach", (teacher,), set(before))
            for part in _grouped(group[len(made) :], lambda trial: trial.stages.score):
                self._lines.add("trials", part, before | lacking(part))

    @property
    def has_work(self) -> bool:
        """Whether anything is left to hand out, now or after training."""
        return self.size > 0

    @property
    def size(self) -> int:
        """How many items are left, if none is gathered."""
        return len(self._lines)

    def next(self) -> WorkItem | None:
        """The next piece of work, or None while all that is left waits for a network or another process."""
        while True:
            waiting = self._lines.blocked
            for kind, line in self._lines:
                item = self._gathered(kind, line)
                if item is not None:
                    return item
            if self._lines.blocked == waiting:
                return None

    def finished(self, item: WorkItem) -> None:
        """A piece of work is over, however it ended; other processes may look at what is left of it."""
        for name in item.names:
            self._others.claims.release(name)

    def trained(self, key: str) -> None:
        """A dense network or a teacher is there: what waited for no other is ready."""
        self._lines.free(key)

    def untrainable(self, key: str) -> list[Trial]:
        """A network cannot be had: take out the trials that waited for it, or for what it leads to."""
        return self._lines.drop(key)

    def take_back(self, item: WorkItem) -> None:
        """Work that was handed out but not done: it comes next."""
        self.finished(item)
        if item.kind == "trials":
            self.put_back(item.trials)
        else:
            self._lines.put_first(item.kind, [(trial,) for trial in item.trials])

    def put_back(self, trials: Iterable[Trial]) -> None:
        """Trials of a job whose worker died before it came to them: they come next."""
        self._lines.put_first("trials", _grouped(trials, lambda trial: trial.stages.score))

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
        elif (self._is_trained if kind == "train" else self._is_taught)(part[0]):
            (self._others.has_trained if kind == "train" else self._others.has_taught)(part[0])
            self.trained(keys_given(kind, part)[0])
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


def _name(kind: Kind, trial: Trial) -> str:
    """What a process claims that is at the dense network of `trial`, a teacher, or a scoring pass."""
    if kind == "trials":
        return f"{kind}:{trial.suite.name}:{trial.stages.score}"
    return f"{kind}:{keys_given(kind, [trial])[0]}"


def _rewinds(trials: Iterable[Trial]) -> tuple[int, ...]:
    return tuple(sorted({rewind_epoch(trial.spec) for trial in trials} - {0}))


def _grouped(trials: Iterable[Trial], key: Callable[[Trial], str]) -> list[tuple[Trial, ...]]:
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(key(trial), []).append(trial)
    return [tuple(group) for group in groups.values()]
