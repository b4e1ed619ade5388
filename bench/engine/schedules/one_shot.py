"""One-shot pruning: a trained network is pruned once, then trained on."""

from __future__ import annotations

import copy
import time

from torch import nn

from bench.engine.finetune import finetune, trains_on
from bench.engine.prune import PrunedAt
from bench.engine.pruned import apply_pruning
from bench.engine.requests import Trainee
from bench.engine.schedules.outcome import Outcome
from bench.engine.schedules.scene import Scene


def one_shot(scene: Scene, plain: nn.Module, pruned_at: PrunedAt, *, keep: bool) -> Trainee[Outcome]:
    """Prune `plain`, the folded dense network, and train it on as the schedule's `retrain` says.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where the pruner breaks its contract, or a pruned weight came back.
    """
    started = time.perf_counter()
    scene.session.at(f"pruner '{scene.spec.pruner}'")
    pruned = pruned_at(scene.spec.sparsity)
    scene.session.at("")
    shrunk = copy.deepcopy(plain)
    apply_pruning(shrunk, pruned)
    prune_seconds = time.perf_counter() - started
    final = copy.deepcopy(shrunk) if trains_on(scene.spec) else shrunk
    tuned = yield from finetune(scene, final, pruned, keep=keep)
    return Outcome(shrunk, final, pruned, prune_seconds, tuned.seconds, tuned.selected)
