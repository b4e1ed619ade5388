"""Gradual pruning: a network is pruned more and more while it trains from initialisation."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import nn

from bench.engine.pruned import Pruned, apply_pruning, check_no_regrowth
from bench.engine.ranking import Counts
from bench.engine.requests import Trainee, Training
from bench.engine.schedules.deciding import (
    decide_counted,
    decide_first,
    decide_further,
    require_nesting,
    taken,
)
from bench.engine.schedules.holding import Holding
from bench.engine.schedules.outcome import Outcome
from bench.engine.schedules.retrain import retrain
from bench.engine.schedules.scene import Scene
from bench.errors import Unsupported
from bench.plan.sequences import cubic_sparsities


def gradual(scene: Scene, given: Sequence[Counts] | None) -> Trainee[tuple[Outcome, list[Counts]]]:
    """Train the initial network by `recipe.train`, pruning along a cubic (Zhu and Gupta 2017).

    Each pruning ranks what is left of the network as it then is, so that masks nest.

    Args:
        scene: the trial.
        given: for a layer-matched control, what its reference took from each layer by each pruning.

    Returns:
        What the schedule left, and what each pruning took from each layer, in all.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where the pruner breaks its contract, or a pruned weight came back.
        Unsupported: for a sparsifying pruner, and for one that rewrites the network.
    """
    require_nesting(scene.pruner)
    recipe = scene.spec.recipe.train
    network = scene.initial()
    cubic = _Cubic(scene, network, given)
    cubic.prune_if_due(0)
    course = scene.course("train", scene.seed("train"))
    pruning_before = cubic.seconds
    trained = yield Training(network, scene.data, replace(course, after_step=cubic.after_step))
    pruned = cubic.pruned
    if recipe.ema_decay > 0:
        apply_pruning(network, pruned)
    check_no_regrowth(network, pruned)
    again = yield from retrain(scene, network, pruned)
    seconds = trained.seconds - (cubic.seconds - pruning_before) + again.seconds
    return Outcome(cubic.last.eval(), network, pruned, cubic.seconds, seconds, again.selected), cubic.counts


class _Cubic:
    """Prunes `network` when it is due; `last` is a copy of it right after the latest pruning."""

    def __init__(self, scene: Scene, network: nn.Module, given: Sequence[Counts] | None) -> None:
        recipe = scene.spec.recipe.train
        steps = recipe.epochs * scene.data.steps(recipe)
        self._scene = scene
        self._network = network
        self._given = given
        self._due = cubic_sparsities(scene.spec.schedule_params, scene.spec.sparsity, steps)
        self._holding = Holding(network)
        self.pruned = Pruned({})
        self.last = network
        self.counts: list[Counts] = []
        self.seconds = 0.0

    def after_step(self, done: int, _: torch.optim.Optimizer) -> None:
        """Hold what is pruned, and prune further if `done` steps say so."""
        self._holding.apply()
        self.prune_if_due(done)

    def prune_if_due(self, done: int) -> None:
        """Prune if `done` steps are those of the next pruning."""
        at = len(self.counts)
        if at == len(self._due) or self._due[at][0] != done:
            return
        started = time.perf_counter()
        was_training = self._network.training
        self._network.eval()
        self.pruned = self._decide(at, self._due[at][1])
        if self.pruned.values:
            raise Unsupported("a pruner that rewrites the network cannot do so while it trains")
        self._scene.session.at("")
        self._network.train(was_training)
        self._holding.change(self.pruned)
        self.last = copy.deepcopy(self._network)
        self.last.zero_grad(set_to_none=True)
        self.counts.append(taken(self._scene, self.pruned))
        self.seconds += time.perf_counter() - started

    def _decide(self, at: int, sparsity: float) -> Pruned:
        before = self.pruned if at else None
        if self._given is not None:
            return decide_counted(self._scene, self._network, self._given[at], before, at + 1)
        if before is None:
            return decide_first(self._scene, self._network, [sparsity])(sparsity)
        return decide_further(self._scene, self._network, sparsity, before, at + 1)
