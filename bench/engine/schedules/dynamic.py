"""Dynamic sparse training: a sparse network moves weights between places while it trains (RigL, SET)."""

from __future__ import annotations

import copy
import time
from dataclasses import replace

import torch
from torch import Generator, Tensor, nn

from bench.engine.prune import PrunedAt
from bench.engine.pruned import Pruned, apply_pruning, check_no_regrowth
from bench.engine.requests import Trainee, Training
from bench.engine.schedules.holding import Holding
from bench.engine.schedules.moving import drop_share, moved
from bench.engine.schedules.outcome import Outcome
from bench.engine.schedules.retrain import retrain
from bench.engine.schedules.scene import Scene
from bench.errors import Unsupported
from bench.plan.sequences import update_steps


def dynamic(scene: Scene, pruned_at: PrunedAt) -> Trainee[Outcome]:
    """Train the pruned initial network by `recipe.train`, moving weights within layers as it goes.

    The pruner's masks at initialisation are where it starts, and fix how many weights each layer has.
    After an update's step, each layer loses the smallest share of its weights and gains as many: where
    the step's gradient is largest (`rigl`, Evci et al. 2020, algorithm 1), or at random (`set`, Mocanu
    et al. 2018). A gained weight starts at zero, without momentum. What no mask holds at the end is
    what the trial prunes.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where the pruner breaks its contract.
        Unsupported: for a pruner of units.
    """
    if scene.pruner.unit == "unit":
        raise Unsupported(f"'{scene.spec.schedule}' moves single weights, and the pruner removes whole units")
    recipe = scene.spec.recipe.train
    started = time.perf_counter()
    network = scene.initial()
    start = pruned_at(scene.spec.sparsity)
    scene.session.at("")
    apply_pruning(network, start)
    prune_seconds = time.perf_counter() - started
    moving = _Moving(scene, network, Pruned(start.masks))
    course = scene.course("train", scene.seed("train"))
    trained = yield Training(network, scene.data, replace(course, after_step=moving.after_step))
    if recipe.ema_decay > 0:
        apply_pruning(network, moving.pruned)
    check_no_regrowth(network, moving.pruned)
    again = yield from retrain(scene, network, moving.pruned)
    seconds = trained.seconds + again.seconds
    return Outcome(moving.last.eval(), network, moving.pruned, prune_seconds, seconds, again.selected)


class _Moving:
    """Moves the weights of `network` when it is due; `last` is a copy of it right after the last time."""

    def __init__(self, scene: Scene, network: nn.Module, start: Pruned) -> None:
        params, recipe = scene.spec.schedule_params, scene.spec.recipe.train
        steps = recipe.epochs * scene.data.steps(recipe)
        self._parameters = {name: network.get_parameter(f"{name}.weight") for name in start.masks}
        self._network = network
        self._drop, self._end = float(params["drop"]), float(params["end"]) * steps
        self._due = update_steps(params, steps)
        self._by_gradient = scene.spec.schedule == "rigl"
        self._generator = Generator().manual_seed(scene.seed("grow"))
        self._holding = Holding(network)
        self._holding.change(start)
        self.pruned = start
        self.last = copy.deepcopy(network)

    def after_step(self, done: int, optimizer: torch.optim.Optimizer) -> None:
        """Hold the masks, and move weights if `done` steps say so."""
        self._holding.apply()
        if done not in self._due:
            return
        share = drop_share(self._drop, done, self._end)
        masks = {name: self._moved(name, mask, share) for name, mask in self.pruned.masks.items()}
        for name, parameter in self._parameters.items():
            _forget(optimizer, parameter, masks[name] & ~self.pruned.masks[name])
        self.pruned = Pruned(masks)
        self._holding.change(self.pruned)
        if done == self._due[-1]:
            self.last = copy.deepcopy(self._network)
            self.last.zero_grad(set_to_none=True)

    def _moved(self, name: str, mask: Tensor, share: float) -> Tensor:
        parameter = self._parameters[name]
        if not self._by_gradient:
            growth = torch.rand(mask.shape, generator=self._generator).to(mask.device)
        elif parameter.grad is None:
            growth = torch.zeros_like(parameter)
        else:
            growth = parameter.grad.abs()
        return moved(mask, parameter.detach().abs(), growth, share)


def _forget(optimizer: torch.optim.Optimizer, parameter: nn.Parameter, gained: Tensor) -> None:
    """Clear the optimiser's memory of places where a weight was gained."""
    for memory in optimizer.state[parameter].values():
        if isinstance(memory, Tensor) and memory.shape == gained.shape:
            memory[gained] = 0.0
