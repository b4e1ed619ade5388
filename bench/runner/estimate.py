"""How long a plan will take, going by the records of like trials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.errors import UserError
from bench.plan.epochs import epochs_after_dense
from bench.plan.spec import Spec
from bench.plan.teachers import teachers_of
from bench.plan.trials import Trial
from bench.store.reading import some_records
from bench.store.record import Record

Cell = tuple[str, str]
LOOKED_AT = 500


def estimate(trials: Sequence[Trial], state_of: Mapping[str, str], store: Path) -> float | None:
    """Seconds of one worker for the trials that are to do, or None where no record tells.

    By the medians of the records with its task and model, a trial costs what pruning and measuring
    took and what an epoch took for each of its own, and its dense network what that took to train. So
    does what makes a teacher. Of each suite so many records are looked at, which ids as hashes draw.
    """
    todo = [trial for trial in trials if state_of[trial.trial_id] == "todo"]
    if not todo or not store.exists():
        return None
    try:
        known = _typical(some_records(store, LOOKED_AT))
    except UserError:
        return None
    networks = [*todo, *teachers_of(todo)]
    dense = {trial.stages.train: _cell(trial.spec) for trial in networks}
    if any(cell not in known for cell in dense.values()):
        return None
    own = (known[_cell(trial.spec)].of(epochs_after_dense(trial.spec)) for trial in networks)
    return sum(own) + sum(known[cell].train for cell in dense.values())


@dataclass(frozen=True)
class _Typical:
    """Seconds: of training the dense network, of an epoch after it, and of the rest of a trial."""

    train: float
    epoch: float
    rest: float

    def of(self, epochs: int) -> float:
        """A trial that trains so many epochs beyond its dense network."""
        return self.rest + epochs * self.epoch


def _typical(records: Iterable[Record]) -> dict[Cell, _Typical]:
    seen: defaultdict[Cell, list[tuple[float, float, float]]] = defaultdict(list)
    for record in records:
        epochs = _epochs(record)
        if record.status == "ok" and epochs is not None:
            timing = record.timing
            training, tuning = timing.get("train", 0.0), timing.get("finetune", 0.0)
            epoch = tuning / epochs if epochs else _per_epoch(record)
            seen[_cell(record.spec)].append((training, epoch, sum(timing.values()) - training - tuning))
    return {cell: _Typical(*map(median, zip(*times, strict=True))) for cell, times in seen.items()}


def _cell(spec: Spec) -> Cell:
    return spec.task, spec.model


def _epochs(record: Record) -> int | None:
    """The epochs of a record's trial, or None where its schedule is one that only others know."""
    try:
        return epochs_after_dense(record.spec)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None


def _per_epoch(record: Record) -> float:
    return record.timing.get("train", 0.0) / max(1, record.spec.recipe.train.epochs)
