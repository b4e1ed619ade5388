"""How many epochs a trial trains beyond its dense network."""

from __future__ import annotations

from collections.abc import Iterable

from bench.plan.canonical import content_hash
from bench.plan.sequences import round_sparsities
from bench.plan.spec import Spec
from bench.plan.teachers import teachers_of
from bench.plan.trials import Trial
from bench.suite.schedules import FROM_INIT, REWINDS


def epochs_after_dense(spec: Spec) -> int:
    """The epochs of a trial after its dense network's training, were nothing in the store."""
    retrain = spec.schedule_params.get("retrain", "finetune")
    once = 0 if retrain == "none" else spec.recipe.finetune.epochs
    if spec.schedule in FROM_INIT:
        return spec.recipe.train.epochs + once
    if retrain != "finetune":
        once = spec.recipe.train.epochs - int(spec.schedule_params["rewind_epoch"])
    rounds = len(round_sparsities(spec.schedule_params, spec.sparsity)) if spec.schedule == "iterative" else 1
    return rounds * once


def planned_epochs(trials: Iterable[Trial]) -> int:
    """The epochs of trials, their teachers and all dense networks behind them, on an empty store.

    Networks that trials share are counted once. With R seeds, P one-shot entries and S sparsities:
    R · E_d + P · S · R · E_f.
    """
    listed = list(trials)
    teachers = teachers_of(listed)
    networks = [*listed, *teachers]
    dense = {trial.stages.train: trial.spec.recipe.train.epochs for trial in networks}
    return sum(dense.values()) + sum(epochs_after_dense(trial.spec) for trial in networks)


def rewind_epoch(spec: Spec) -> int:
    """The epoch of the dense network's training whose weights a trial goes back to; 0 where none."""
    if spec.schedule_params.get("retrain") != REWINDS[1]:
        return 0
    return int(spec.schedule_params["rewind_epoch"])


def epoch_key(train: str, epoch: int) -> str:
    """The key of what the dense network with the stage key `train` was after `epoch` epochs."""
    return content_hash({"stage": "epoch", "train": train, "epoch": epoch})
