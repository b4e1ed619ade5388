"""What a piece of work may find in the store, or leave there, by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.plan.epochs import epoch_key, rewind_epoch
from bench.plan.matched import reference_trial
from bench.plan.rounds import rounds_of
from bench.plan.teachers import teacher_trial
from bench.plan.trials import Trial
from bench.runner.work import WorkItem
from bench.store.layout import Layout


def names_of(item: WorkItem, *, keep: bool) -> tuple[str, ...]:
    """The names, as STAGE/KEY, of all artifacts that `item` may read or write, each once.

    With `keep`, trials leave their last networks too.
    """
    return tuple(dict.fromkeys(name for trial in item.trials for name in _names(trial, item, keep=keep)))


def path_of(layout: Layout, name: str) -> Path:
    """Where in a store the artifact of that name lies."""
    stage, _, key = name.partition("/")
    return layout.artifact(stage, key)


def _names(trial: Trial, item: WorkItem, *, keep: bool) -> Iterator[str]:
    yield f"train/{trial.stages.train}"
    teacher = teacher_trial(trial)
    if teacher is not None:
        yield f"teacher/{teacher.stages.finetune}"
    if item.kind == "train":
        place = item.trials.index(trial)
        for epoch in item.epochs[place] if place < len(item.epochs) else ():
            yield f"epoch/{epoch_key(trial.stages.train, epoch)}"
        return
    if item.kind == "teach":
        yield f"teacher/{trial.stages.finetune}"
    yield from _of_schedule(trial, keep=keep)
    if trial.spec.matched_to is not None:
        yield from _of_schedule(reference_trial(trial), keep=keep)


def _of_schedule(trial: Trial, *, keep: bool) -> Iterator[str]:
    rewind = rewind_epoch(trial.spec)
    if rewind:
        yield f"epoch/{epoch_key(trial.stages.train, rewind)}"
    if trial.spec.schedule in ("iterative", "gradual"):
        yield f"counts/{trial.stages.finetune}"
    if trial.spec.schedule == "iterative":
        for one in rounds_of(trial):
            yield f"round/{one.key}"
    if keep:
        yield f"finetune/{trial.stages.finetune}"
