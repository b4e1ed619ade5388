"""Iterative pruning: a trained network is pruned and trained on in rounds, each within the one before."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from torch import nn

from bench.engine.checkpoints import load_checkpoint, restored, save_checkpoint, seconds_in
from bench.engine.prune import PrunedAt
from bench.engine.pruned import Pruned, apply_pruning, fits, regrown
from bench.engine.ranking import Counts
from bench.engine.requests import Trainee
from bench.engine.schedules.deciding import (
    decide_counted,
    decide_further,
    require_nesting,
    taken,
)
from bench.engine.schedules.interim import is_worth_it, last_place
from bench.engine.schedules.outcome import Outcome, packed, pruning_groups, unpacked, unpacked_pruning
from bench.engine.schedules.retrain import retrain
from bench.engine.schedules.scene import Scene
from bench.plan.rounds import Round, rounds_of
from bench.store.artifacts import Artifact


@dataclass(frozen=True)
class _State:
    """The network after some rounds: what they pruned, took in all and chose, and their seconds."""

    network: nn.Module
    pruned: Pruned
    counts: tuple[Counts, ...] = ()
    prune_seconds: float = 0.0
    train_seconds: float = 0.0
    selected: Mapping[str, int] = field(default_factory=dict)


def iterative(
    scene: Scene, plain: nn.Module, first: PrunedAt, given: Sequence[Counts] | None, *, keep: bool
) -> Trainee[tuple[Outcome, tuple[Counts, ...]]]:
    """Prune `plain`, the folded dense network, in rounds, with training after each.

    Every round ranks what is left of the network as it then is. Each leaves its network in the store,
    the last one if `keep`, where other trials that begin alike, and this one if interrupted, find it.

    Args:
        scene: the trial.
        plain: the dense network; it is not changed.
        first: the pruning of the first round, by sparsity.
        given: for a layer-matched control, what its reference took from each layer by each round.
        keep: whether to leave the last round's network in the store.

    Returns:
        What the schedule left, and what each round took from each layer, in all.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where the pruner breaks its contract, or a pruned weight came back.
        Unsupported: for a sparsifying pruner, where there is more than one round.
    """
    rounds = rounds_of(scene.trial)
    if len(rounds) > 1:
        require_nesting(scene.pruner)
    state, done = _resumed(scene, plain, rounds)
    before = state
    for one in rounds[done:]:
        before, kept = state, keep or one is not rounds[-1]
        path = _place(scene, one) if kept else last_place(scene, keep=False)
        stored = _read(scene, plain, one, _place(scene, one))
        if stored is None and path and not kept:
            stored = _read(scene, plain, one, path)
        state = stored or (yield from _played(scene, before, one, first, given))
        took = state.train_seconds - before.train_seconds
        if path and stored is None and is_worth_it(took, keep=kept):
            _write(scene, state, path)
    shrunk = copy.deepcopy(before.network)
    apply_pruning(shrunk, state.pruned)
    seconds = state.prune_seconds, state.train_seconds
    return Outcome(shrunk, state.network, state.pruned, *seconds, state.selected), state.counts


def _played(
    scene: Scene, before: _State, one: Round, first: PrunedAt, given: Sequence[Counts] | None
) -> Trainee[_State]:
    started = time.perf_counter()
    pruned = _decide(scene, before, one, first, given)
    scene.session.at("")
    network = copy.deepcopy(before.network)
    apply_pruning(network, pruned)
    prune_seconds = time.perf_counter() - started
    retrained = yield from retrain(scene, network, pruned, one.number)
    return _State(
        network,
        pruned,
        (*before.counts, taken(scene, pruned)),
        before.prune_seconds + prune_seconds,
        before.train_seconds + retrained.seconds,
        {**before.selected, **retrained.selected},
    )


def _decide(
    scene: Scene, state: _State, one: Round, first: PrunedAt, given: Sequence[Counts] | None
) -> Pruned:
    before = state.pruned if state.counts else None
    if given is not None:
        return decide_counted(scene, state.network, given[one.number - 1], before, one.number)
    if before is None:
        return first(one.sparsity)
    return decide_further(scene, state.network, one.sparsity, before, one.number)


def _resumed(scene: Scene, plain: nn.Module, rounds: Sequence[Round]) -> tuple[_State, int]:
    """The latest of the rounds before the last that is in the store, and how many rounds that is."""
    for one in reversed(rounds[:-1]):
        stored = _read(scene, plain, one, _place(scene, one))
        if stored is not None:
            return stored, one.number
    return _State(plain, Pruned({})), 0


def _place(scene: Scene, one: Round) -> Path:
    return scene.session.layout.artifact("round", one.key)


def _write(scene: Scene, state: _State, path: Path) -> None:
    groups = {**pruning_groups(state.pruned), "value": state.pruned.values}
    tensors = packed(network=state.network.state_dict(), **groups)
    facts = {
        "counts": [dict(counts) for counts in state.counts],
        "prune_seconds": state.prune_seconds,
        "train_seconds": state.train_seconds,
        "selected": dict(state.selected),
    }
    save_checkpoint(path, Artifact(tensors, facts), scene.data)


def _read(scene: Scene, like: nn.Module, one: Round, path: Path) -> _State | None:
    """What the round left at `path`, or None; a sparsifier is asked again."""
    artifact = load_checkpoint(path, scene.data)
    if artifact is None or scene.pruner.mode == "sparsify":
        return None
    network = copy.deepcopy(like)
    if not restored(network, unpacked(artifact.tensors, "network", like)):
        return None
    pruned = replace(
        unpacked_pruning(artifact.tensors, like), values=unpacked(artifact.tensors, "value", like)
    )
    if not fits(network, pruned) or regrown(network, pruned) is not None:
        return None
    facts = artifact.facts
    try:
        counts, selected = tuple(map(dict, facts["counts"])), dict(facts["selected"])
        seconds = seconds_in(facts, "prune_seconds"), seconds_in(facts, "train_seconds")
    except (KeyError, TypeError, ValueError):
        return None
    return _State(network.eval(), pruned, counts, *seconds, selected) if len(counts) == one.number else None
