"""The training loop: one host synchronisation an epoch, masks applied in place after each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from bench.engine.averaging import Average
from bench.engine.blame import blamed
from bench.engine.data import DeviceData
from bench.engine.optim import build_optimizer, learning_rate, set_rate
from bench.engine.selection import best_epoch
from bench.registry.contracts import ObjectiveInput
from bench.suite.recipe import StageRecipe


class Diverged(Exception):  # noqa: N818
    """The training loss was not finite."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"the training loss is not finite in epoch {epoch}")
        self.epoch = epoch


@dataclass(frozen=True)
class Course:
    """What a stage trains by: its recipe, its loss, the seed of its data order, and who is told.

    `component` names the model, which answers for what its forward pass raises; `factors` are of the
    learning rate, by parameter name; `teacher` maps inputs to what the objective may learn from, where
    there is one. A course may be run in part: from after epoch `first`, its learning rate where it would
    then be, to epoch `last`. `replay` draws the data order of the epochs before `first` too, so that
    those after it see what they would have seen. `after_step` is told how many steps of the course are
    done, and may change the weights.
    """

    recipe: StageRecipe
    loss: Callable[[ObjectiveInput], Tensor]
    seed: int
    after_epoch: Callable[[int], None]
    component: str = "the model"
    first: int = 0
    last: int | None = None
    replay: bool = False
    after_step: Callable[[int, torch.optim.Optimizer], None] | None = None
    factors: Mapping[str, float] = field(default_factory=dict)
    teacher: Callable[[Tensor], Tensor] | None = None


def train(
    model: nn.Module, data: DeviceData, course: Course, masks: Mapping[str, Tensor] | None = None
) -> int | None:
    """Train `model` in place.

    Args:
        model: the network, on the data's device.
        data: the task.
        course: recipe, loss and seed.
        masks: by parameter name, True where a weight may live; the others are held at exactly zero.

    Returns:
        The epoch whose weights the model has, where the recipe chooses by validation; a course that ends
        before its recipe does chooses none.

    Raises:
        Diverged: where the loss of an epoch is not finite.
    """
    recipe = course.recipe
    device = data.train.targets.device
    generator = torch.Generator().manual_seed(course.seed)
    torch.manual_seed(course.seed)
    if recipe.channels_last:  # before anything holds on to the parameters' storage, which this replaces
        model.to(memory_format=torch.channels_last)
    optimizer = build_optimizer(model, recipe, course.factors)
    rate = learning_rate(recipe, data.steps(recipe))
    held = _held(model, masks or {})
    best = best_epoch(recipe, model, data) if course.last is None else None
    average = Average(model, recipe.ema_decay)
    model.train()
    step = course.first * data.steps(recipe)
    for _ in range(course.first if course.replay else 0):
        for _ in data.epoch(recipe, generator):
            pass
    for epoch in range(course.first + 1, (recipe.epochs if course.last is None else course.last) + 1):
        total = torch.zeros((), device=device)
        for inputs, targets in data.epoch(recipe, generator):
            set_rate(optimizer, rate(step))
            total += _step(model, optimizer, course, data, (inputs, targets))
            _hold(held)
            step += 1
            if course.after_step is not None:
                course.after_step(step, optimizer)
            average.update()
        if not torch.isfinite(total):
            raise Diverged(epoch)
        with average.standing_in():
            if best:
                best(epoch)
            course.after_epoch(epoch)
    average.settle()
    model.eval()
    return best.restore() if best else None


def _step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    course: Course,
    data: DeviceData,
    batch: tuple[Tensor, Tensor],
) -> Tensor:
    inputs, targets = batch
    optimizer.zero_grad(set_to_none=True)
    bf16 = course.recipe.precision == "bf16"
    with (
        torch.autocast(inputs.device.type, dtype=torch.bfloat16, enabled=bf16),
        blamed(course.component),
    ):
        outputs = model(inputs)
    loss = course.loss(
        ObjectiveInput(model, inputs, outputs.float(), targets, data.task.kind, course.teacher)
    )
    loss.backward()  # type: ignore[no-untyped-call]
    if course.recipe.grad_clip > 0:
        nn.utils.clip_grad_norm_(model.parameters(), course.recipe.grad_clip)
    optimizer.step()
    return loss.detach()


def _held(model: nn.Module, masks: Mapping[str, Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    parameters = dict(model.named_parameters())
    values = [parameters[name].data for name in masks]
    return values, [torch.empty_like(parameters[name].data).copy_(mask) for name, mask in masks.items()]


def _hold(held: tuple[list[Tensor], list[Tensor]]) -> None:
    values, masks = held
    if values:
        torch._foreach_mul_(values, masks)
