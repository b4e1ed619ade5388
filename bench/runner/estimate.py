"""How long a plan will take, going by the records of like trials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from bench.errors import UserError
from bench.plan.trials import Trial
from bench.store.reading import read_records

Cell = tuple[str, str]


def estimate(trials: Sequence[Trial], state_of: Mapping[str, str], store: Path) -> float | None:
    """Seconds of one worker for the trials that are to do, or None where no record tells.

    A trial costs the median of the records with its task and model, its dense network likewise.
    """
    todo = [trial for trial in trials if state_of[trial.trial_id] == "todo"]
    if not todo or not store.exists():
        return None
    trained: dict[Cell, list[float]] = defaultdict(list)
    spent: dict[Cell, list[float]] = defaultdict(list)
    try:
        for record in read_records(store):
            cell = (record.spec.task, record.spec.model)
            if record.status == "ok":
                trained[cell].append(record.timing.get("train", 0.0))
                spent[cell].append(sum(record.timing.values()) - record.timing.get("train", 0.0))
    except UserError:
        return None
    dense = {trial.stages.train: (trial.spec.task, trial.spec.model) for trial in todo}
    cells = [(trial.spec.task, trial.spec.model) for trial in todo]
    if any(cell not in spent for cell in cells):
        return None
    return sum(median(spent[cell]) for cell in cells) + sum(median(trained[cell]) for cell in dense.values())
