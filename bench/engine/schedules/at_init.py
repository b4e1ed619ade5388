"""Pruning at initialisation: the untrained network is pruned once, then trained as the dense one was."""

from __future__ import annotations

import copy
import time

from bench.engine.prune import PrunedAt
from bench.engine.pruned import apply_pruning, check_no_regrowth
from bench.engine.requests import Trainee, Training
from bench.engine.schedules.outcome import Outcome
from bench.engine.schedules.retrain import retrain
from bench.engine.schedules.scene import Scene


def at_init(scene: Scene, pruned_at: PrunedAt) -> Trainee[Outcome]:
    """Prune the initial network and train it by `recipe.train` under its masks (Lee et al. 2019).

    Initial weights and the order of the data are the dense network's.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where the pruner breaks its contract, or a pruned weight came back.
    """
    started = time.perf_counter()
    network = scene.initial()
    pruned = pruned_at(scene.spec.sparsity)
    scene.session.at("")
    apply_pruning(network, pruned)
    shrunk = copy.deepcopy(network)
    prune_seconds = time.perf_counter() - started
    course = scene.course("train", scene.seed("train"))
    trained = yield Training(network, scene.data, course, pruned.by_parameter())
    check_no_regrowth(network, pruned)
    again = yield from retrain(scene, network, pruned)
    selected = ({} if trained.selected is None else {"at-init": trained.selected}) | again.selected
    return Outcome(shrunk, network, pruned, prune_seconds, trained.seconds + again.seconds, selected)
