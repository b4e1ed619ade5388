"""Trains the networks of a bank together; what befalls one row costs that row alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from bench.engine.bank.batches import BankBatches
from bench.engine.bank.chain import Chain
from bench.engine.bank.layers import Product
from bench.engine.bank.optimizer import BankOptimizer
from bench.engine.bank.storage import Storage
from bench.engine.objectives import StageLoss
from bench.engine.optim import learning_rate
from bench.engine.requests import Training
from bench.engine.train import Diverged
from bench.registry.contracts import BankStep
from bench.suite.recipe import StageRecipe

PROBE = 2
TOLERANCE = 1e-3


class Unlike(Exception):  # noqa: N818
    """The networks of a bank are not what the chain of the first one computes."""


def train_bank(trainings: Sequence[Training], chain: Chain) -> list[Exception | None]:
    """Train the networks of `trainings` in place, under their masks.

    Args:
        trainings: of one structure, with recipes that differ in scalars alone (`bank_key`).
        chain: of their networks.

    Returns:
        For each, what it failed with: `Diverged`, or what its `after_epoch` raised.

    Raises:
        Unlike: where a network computes something else than the chain, or the first epoch could not be
            trained together: nothing is changed then, and each can still be trained alone.
    """
    twinned = len(trainings) == 1 and _has_unit(chain, trainings[0])
    bank = _Bank([trainings[0], trainings[0].twin()] if twinned else trainings, chain)
    untrained = bank.storage.values.clone()
    try:
        bank.probe()
        bank.train(len(trainings))
    except Exception as error:
        if bank.epochs:
            raise
        bank.storage.values.copy_(untrained)
        raise Unlike from error
    finally:
        bank.storage.release()
    return bank.outcomes[: len(trainings)]


def _has_unit(chain: Chain, training: Training) -> bool:
    """Whether some product of a single network would be one of a vector, which rounds otherwise.

    A bank of one is then run with a twin, so that no row's bits depend on being alone.
    """
    shapes = [p.shape for p in training.model.parameters()]
    sizes = [*shapes, (training.course.recipe.batch_size, len(training.data.train))]
    return any(1 in shape for shape in sizes) and any(isinstance(layer, Product) for layer in chain.layers)


def _rates(recipes: Sequence[StageRecipe], steps: int) -> Callable[[int], list[float]]:
    """The learning rates of all rows at a step; rows of one recipe share the arithmetic."""
    keys = [recipe.model_dump_json() for recipe in recipes]
    courses = {key: learning_rate(recipe, steps) for key, recipe in zip(keys, recipes, strict=True)}

    def at(step: int) -> list[float]:
        now = {key: rate(step) for key, rate in courses.items()}
        return [now[key] for key in keys]

    return at


class _Bank:
    def __init__(self, trainings: Sequence[Training], chain: Chain) -> None:
        self._trainings = trainings
        self._chain = chain
        self._recipe = trainings[0].course.recipe
        loss = trainings[0].course.loss
        assert isinstance(loss, StageLoss)  # noqa: S101 - `bank_chain` saw to it
        self._loss = loss
        self.outcomes: list[Exception | None] = [None] * len(trainings)
        self.epochs = 0
        self.storage = Storage([t.model for t in trainings], [t.masks for t in trainings])
        self._leaves = {
            name: values.detach().requires_grad_(name not in self.storage.frozen)
            for name, values in self.storage.by_name.items()
        }

    def probe(self) -> None:
        """Compare the bank with each network on a few examples."""
        data = self._trainings[0].data
        inputs = data.normalise(data.train.inputs[:PROBE])
        together, _ = self._forward(torch.stack([inputs] * len(self._trainings)))
        for row, training in enumerate(self._trainings):
            training.model.train()
            with torch.no_grad():
                alone = training.model(inputs)
            if not isinstance(alone, Tensor) or alone.shape != together[row].shape:
                raise Unlike
            if not torch.allclose(alone, together[row], rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True):
                raise Unlike

    def train(self, told: int) -> None:
        """Train; the first `told` rows hear of each epoch's end."""
        courses = [training.course for training in self._trainings]
        data = [training.data for training in self._trainings]
        batches = BankBatches(data, [course.seed for course in courses])
        steps = data[0].steps(self._recipe)
        rates = _rates([course.recipe for course in courses], steps)
        optimizer = BankOptimizer(self.storage, [course.recipe for course in courses], courses[0].factors)
        part = courses[0]
        batches.skip(self._recipe, part.first if part.replay else 0)
        step = part.first * steps
        for epoch in range(part.first + 1, (self._recipe.epochs if part.last is None else part.last) + 1):
            total = torch.zeros(len(courses), device=self.storage.values.device)
            for inputs, targets in batches.epoch(self._recipe):
                total += self._step(inputs, targets)
                optimizer.step(rates(step))
                step += 1
            self.epochs = epoch
            self._close(epoch, torch.isfinite(total).tolist(), told)
            if all(outcome is not None for outcome in self.outcomes[:told]):
                return
        for training in self._trainings:
            training.model.eval()

    @torch.no_grad()
    def _step(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Compute the gradients of a step into the storage, and return the rows' losses (K,)."""
        outputs, kept = self._forward(inputs)
        first = self._trainings[0]
        step = BankStep(first.model, self._leaves, inputs, outputs, targets, first.data.task.kind)
        if (closed := self._loss.slopes(step)) is not None:
            self._backward(closed[1], kept)
            return closed[0]
        outputs.requires_grad_()
        with torch.enable_grad():
            losses = self._loss.rows(step)
            trained = {name: leaf for name, leaf in self._leaves.items() if leaf.requires_grad}
            found = torch.autograd.grad(losses.sum(), [outputs, *trained.values()], allow_unused=True)
        if found[0] is None:
            raise Unlike
        self._backward(found[0], kept)
        for name, gradient in zip(trained, found[1:], strict=True):
            if gradient is not None:
                self.storage.gradient_of[name].add_(gradient)
        return losses.detach()

    def _forward(self, inputs: Tensor) -> tuple[Tensor, list[object]]:
        outputs, kept = inputs, []
        with torch.no_grad():
            for layer in self._chain.layers:
                outputs, needed = layer.forward(outputs, self.storage.by_name)
                kept.append(needed)
        return outputs.detach(), kept

    def _backward(self, gradient: Tensor, kept: list[object]) -> None:
        for place in range(len(kept) - 1, -1, -1):
            layer = self._chain.layers[place]
            back = layer.backward(gradient, kept[place], self.storage.gradient_of, first=place == 0)
            if back is None:
                return
            gradient = back

    def _close(self, epoch: int, finite: list[bool], told: int) -> None:
        for row, training in enumerate(self._trainings[:told]):
            if self.outcomes[row] is not None:
                continue
            if not finite[row]:
                self.outcomes[row] = Diverged(epoch)
                continue
            try:
                training.course.after_epoch(epoch)
            except Exception as error:  # noqa: BLE001 - it is this row's alone
                self.outcomes[row] = error
