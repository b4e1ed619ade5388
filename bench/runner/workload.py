"""The work of a run as executors see it: pieces go out, outcomes come back into the store."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from bench.errors import UserError
from bench.plan.trials import Trial
from bench.registry.executing import Piece
from bench.runner.accepting import Accepted, accepted
from bench.runner.jobs import Queue
from bench.runner.networks import names_of, path_of
from bench.runner.payload import Payload, Terms
from bench.runner.pool import Listener, PoolOptions
from bench.runner.records import failed_record, now
from bench.runner.request import default_data_root
from bench.runner.returned import Damaged
from bench.runner.untrainable import end_untrainable
from bench.runner.work import WorkItem
from bench.store.artifacts import has_artifact
from bench.store.atomic import writing
from bench.store.carrying import carried, put_down
from bench.store.layout import Layout
from bench.store.record import Fault, Record

PAUSE = 0.5
RETRIES = 3


class RunWorkload:
    """A `bench.Workload` over the queue of a run."""

    def __init__(
        self,
        queue: Queue,
        options: PoolOptions,
        listener: Listener,
        say: Callable[[str], None],
        here: Callable[[], None],
    ) -> None:
        """Take over a queue.

        Args:
            queue: what is to be done.
            options: how.
            listener: is told what happens, and stores records.
            say: tells the user.
            here: does all of the queue in this machine's worker processes.
        """
        settings = options.settings
        own_place = settings.data_root == default_data_root()
        self.say = say
        self.here = here
        self._queue = queue
        self._options = options
        self._told = _Once(listener)
        self._listener = listener
        self._layout = Layout(settings.store)
        self._terms = Terms(
            store=None,
            device=settings.device,
            data_root=None if own_place else settings.data_root.absolute(),
            download=settings.download,
            banks=settings.banks,
            keep=options.keep,
            timeout=options.timeout,
            plugins=settings.plugins,
        )
        self._retries = RETRIES
        self._number = 0
        self._out: dict[int, WorkItem] = {}
        self._losses: Counter[tuple[str, str]] = Counter()
        self._has_waited = False

    @property
    def jobs(self) -> int | None:
        """The most pieces that may be out at once."""
        return self._options.jobs

    @property
    def device(self) -> str:
        """Where to compute."""
        return self._options.settings.device

    @property
    def has_work(self) -> bool:
        """Whether a piece is out, or any is left."""
        return bool(self._out) or self._queue.has_work

    def arrange(
        self, workers: int, *, shared: bool = False, device: str = "", retries: int = RETRIES
    ) -> None:
        """Say how pieces will be done."""
        self._queue.workers = max(1, workers)
        self._retries = retries
        store = self._layout.root if shared else None
        self._terms = replace(self._terms, store=store, device=device or self.device)

    def next(self) -> Piece | None:
        """The next piece that can start now."""
        item = self._queue.next()
        if item is None:
            if self._queue.has_work and not self._out:
                self._wait_for_others()
            return None
        for trial in item.trials if item.kind == "trials" else ():
            self._told.started(trial)
        names = () if self._terms.store else names_of(item, keep=self._terms.keep)
        there = tuple(name for name in names if has_artifact(path_of(self._layout, name)))
        self._number += 1
        self._out[self._number] = item
        return Piece(self._number, Payload.of(item, self._terms).to_bytes(), there, label_of(item))

    def artifact(self, name: str) -> bytes:
        """What a piece begins with; empty where it is damaged."""
        return carried(path_of(self._layout, name))

    def finished(self, piece: Piece, outcome: bytes) -> None:
        """Store what came of a piece."""
        item = self._out.get(piece.number)
        if item is None:
            return
        try:
            found = accepted(outcome, item, self._layout, keep=self._terms.keep)
        except Damaged as damage:
            self.lost(piece, f"what came back of it is damaged: {damage}")
            return
        self._store(found)
        if found.returned.error is not None:
            raise UserError(*found.returned.error)
        del self._out[piece.number]
        for key, record in found.unmade.items():
            end_untrainable(self._queue, key, record, self._told)
        self._settle(item, found)

    def lost(self, piece: Piece, reason: str) -> None:
        """A piece will not come back: it comes again, or its trials have failed."""
        item = self._out.pop(piece.number, None)
        if item is not None:
            self._lost(item, reason)

    def _wait_for_others(self) -> None:
        if not self._has_waited:
            self._has_waited = True
            self._listener.waiting(self._queue.size)
        time.sleep(PAUSE)

    def _store(self, found: Accepted) -> None:
        """Networks first: a record says that all before it is done."""
        for name, data in found.returned.artifacts.items():
            path = path_of(self._layout, name)
            with writing("artifact", path):
                put_down(path, data)
        for trial_id, count in found.returned.epochs.items():
            self._listener.epochs(count, trial_id or None)
        for record in found.records:
            self._told.finished(record)

    def _settle(self, item: WorkItem, found: Accepted) -> None:
        ended = {record.trial_id for record in found.records}
        left = tuple(trial for trial in item.trials if trial.trial_id not in ended)
        self._queue.finished(item)
        if found.returned.parted:
            self._queue.part(item)
            self._queue.take_back(replace(item, trials=left))
        elif item.kind == "trials" and left:
            self._lost(replace(item, trials=left), "its outcome tells nothing of them")
        else:
            for key in item.gives:
                self._queue.trained(key)

    def _lost(self, item: WorkItem, reason: str) -> None:
        places = [(item.kind, trial.trial_id) for trial in item.trials]
        self._losses.update(places)
        if max(self._losses[place] for place in places) <= self._retries:
            self.say(f"{label_of(item)}: lost, and comes again: {reason}")
            self._queue.take_back(item)
        elif item.is_gathered:
            self.say(f"{label_of(item)}: lost, and comes again in parts: {reason}")
            for place in places:
                del self._losses[place]
            self._queue.part(item)
            self._queue.take_back(item)
        else:
            self._queue.finished(item)
            self._give_up(
                item, Fault(kind="lost", message=f"lost {self._retries + 1} times: {reason}"[:2000])
            )

    def _give_up(self, item: WorkItem, fault: Fault) -> None:
        records = [failed_record(trial, "failed", None, now(), fault) for trial in item.trials]
        for key, record in zip(item.gives, records, strict=False):
            end_untrainable(self._queue, key, record, self._told)
        for record in () if item.gives else records:
            self._told.finished(record)


class _Once:
    """Tells that a trial begins when it first does, and of each record."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._begun: set[str] = set()

    def started(self, trial: Trial) -> None:
        """A trial begins, or begins again."""
        if trial.trial_id not in self._begun:
            self._begun.add(trial.trial_id)
            self._listener.started(trial)

    def finished(self, record: Record) -> None:
        """A trial is over."""
        self._listener.finished(record)


def label_of(item: WorkItem) -> str:
    """What a piece of work is, in a few words."""
    first, many = item.trials[0].spec, len(item.trials)
    of = f"{first.model} on {first.task}, seed {first.seed}"
    match item.kind:
        case "train":
            return f"training {many} networks like {of}" if many > 1 else f"training {of}"
        case "teach":
            return f"the teacher {of}"
        case "trials":
            return f"{many} {'trial' if many == 1 else 'trials'} of {first.pruner}, {of}"
