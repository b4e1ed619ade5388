"""Plays a trial's schedule: prunings and training in its order, from the networks that it starts with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from torch import nn

from bench.engine.prune import PrunedAt
from bench.engine.pruned import Pruned
from bench.engine.ranking import Counts
from bench.engine.requests import Trainee
from bench.engine.schedules.at_init import at_init
from bench.engine.schedules.counts import read_counts, write_counts
from bench.engine.schedules.deciding import decide_first
from bench.engine.schedules.dynamic import dynamic
from bench.engine.schedules.gradual import gradual
from bench.engine.schedules.interim import is_worth_it, last_place
from bench.engine.schedules.iterative import iterative
from bench.engine.schedules.one_shot import one_shot
from bench.engine.schedules.outcome import Outcome, read_outcome, write_outcome
from bench.engine.schedules.scene import Scene, require_plain
from bench.plan.matched import reference_trial
from bench.plan.sequences import round_sparsities


def open_schedule(scene: Scene, sparsities: Sequence[float]) -> PrunedAt:
    """The first pruning of trials that differ from `scene`'s in sparsity alone, at each of theirs.

    It is decided once for all of them, on the dense network or on the initial one.

    Args:
        scene: one of the trials.
        sparsities: of all the trials.

    Raises:
        TrialFault: where a pruner breaks its contract.
        Unsupported: where the pruner cannot treat the network, or the schedule not the two of them.
    """
    spec = scene.spec
    if spec.schedule_params["retrain"] not in ("none", "finetune"):
        require_plain(scene.dense, spec)
    match spec.schedule:
        case "gradual":
            return PrunedAt(_as_it_goes)
        case "at-init" | "rigl" | "set":
            return decide_first(scene, scene.initial(), sparsities)
        case "iterative" if spec.matched_to is not None:
            return PrunedAt(_as_it_goes)
        case "iterative":
            first = {round_sparsities(spec.schedule_params, sparsity)[0] for sparsity in sparsities}
            return decide_first(scene, scene.dense, sorted(first))
        case _:
            return decide_first(scene, scene.dense, sparsities)


def play(scene: Scene, plain: nn.Module, pruned_at: PrunedAt, *, keep: bool) -> Trainee[Outcome]:
    """Play the schedule of one trial.

    Args:
        scene: the trial.
        plain: the folded dense network; it is not changed.
        pruned_at: what `open_schedule` gave for the trial and those like it.
        keep: whether to leave the trained network in the store; rounds that others share are left
            there in any case.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where a pruner breaks its contract, or a pruned weight came back.
        Unsupported: where the schedule cannot treat the pruner.
    """
    match scene.spec.schedule:
        case "one-shot":
            return (yield from one_shot(scene, plain, pruned_at, keep=keep))
        case "iterative":
            given = yield from _given(scene, plain, keep=keep)
            outcome, counts = yield from iterative(scene, plain, pruned_at, given, keep=keep)
            if scene.spec.matched_to is None:
                write_counts(scene, counts)
            return outcome
        case _:
            return (yield from _from_init(scene, plain, pruned_at, keep=keep))


def _from_init(scene: Scene, plain: nn.Module, pruned_at: PrunedAt, *, keep: bool) -> Trainee[Outcome]:
    path = last_place(scene, keep=keep)
    stored = read_outcome(path, plain, scene.data) if path else None
    counted = scene.spec.schedule == "gradual" and scene.spec.matched_to is None
    if stored is not None and not (counted and read_counts(scene) is None):
        return stored
    match scene.spec.schedule:
        case "at-init":
            outcome = yield from at_init(scene, pruned_at)
        case "gradual":
            given = yield from _given(scene, plain, keep=keep)
            outcome, counts = yield from gradual(scene, given)
            if counted:
                write_counts(scene, counts)
        case _:
            outcome = yield from dynamic(scene, pruned_at)
    if path and is_worth_it(outcome.train_seconds, keep=keep):
        write_outcome(path, outcome, scene.data)
    return outcome


def _given(scene: Scene, plain: nn.Module, *, keep: bool) -> Trainee[Sequence[Counts] | None]:
    """For a layer-matched control, what its reference took by each pruning: known, or played now."""
    if scene.spec.matched_to is None:
        return None
    reference = replace(
        scene,
        trial=reference_trial(scene.trial),
        tick=lambda: scene.session.progress("train", 0),
        is_recorded=False,
    )
    counts = read_counts(reference)
    if counts is None:
        pruned_at = open_schedule(reference, [scene.spec.sparsity])
        yield from play(reference, plain, pruned_at, keep=keep)
        counts = read_counts(reference)
    assert counts is not None  # noqa: S101 - playing left them
    return counts


def _as_it_goes(_: float) -> Pruned:
    raise LookupError("this schedule decides as it goes")
