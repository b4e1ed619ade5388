"""How long a plan will take, going by the records of like trials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from bench.errors import UserError
from bench.plan.epochs import epochs_after_dense
from bench.plan.teachers import teachers_of
from bench.plan.trials import Trial
from bench.store.reading import read_records
from bench.store.record import Record

Cell = tuple[str, str]


def estimate(trials: Sequence[Trial], state_of: Mapping[str, str], store: Path) -> float | None:
    """Seconds of one worker for the trials that are to do, or None where no record tells.

    By the medians of the records with its task and model, a trial costs what pruning and measuring
    took and what an epoch took for each of its own, and its dense network what that took to train. So
    does what makes a teacher.
    """
    todo = [trial for trial in trials if state_of[trial.trial_id] == "todo"]
    if not todo or not store.exists():
        return None
    trained: dict[Cell, list[float]] = defaultdict(list)
    epoch: dict[Cell, list[float]] = defaultdict(list)
    rest: dict[Cell, list[float]] = defaultdict(list)
    try:
        for record in read_records(store):
            cell = (record.spec.task, record.spec.model)
            epochs = _epochs(record)
            if record.status == "ok" and epochs is not None:
                timing = record.timing
                training, tuning = timing.get("train", 0.0), timing.get("finetune", 0.0)
                trained[cell].append(training)
                rest[cell].append(sum(timing.values()) - training - tuning)
                epoch[cell].append(tuning / epochs if epochs else _per_epoch(record))
    except UserError:
        return None
    networks = [*todo, *teachers_of(todo)]
    dense = {trial.stages.train: (trial.spec.task, trial.spec.model) for trial in networks}
    cells = [((trial.spec.task, trial.spec.model), epochs_after_dense(trial.spec)) for trial in networks]
    if any(cell not in rest for cell, _ in cells):
        return None
    own = sum(median(rest[cell]) + epochs * median(epoch[cell]) for cell, epochs in cells)
    return own + sum(median(trained[cell]) for cell in dense.values())


def _epochs(record: Record) -> int | None:
    """The epochs of a record's trial, or None where its schedule is one that only others know."""
    try:
        return epochs_after_dense(record.spec)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None


def _per_epoch(record: Record) -> float:
    return record.timing.get("train", 0.0) / max(1, record.spec.recipe.train.epochs)
