"""A task's data on the device: resident, normalised a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from bench.data.fingerprint import fingerprint
from bench.engine.augment import augment
from bench.engine.drawing import batches_of, drawn_order, epoch_steps
from bench.engine.holdout import hold_out
from bench.registry.contracts import Split, TaskData
from bench.suite.recipe import StageRecipe


@dataclass(frozen=True)
class DeviceData:
    """The splits of a task on one device; uint8 inputs stay uint8 until a batch is drawn.

    `train` and `task.train` are what may be trained on: what was held out of them for `validation` is
    in neither. `sha256` is the fingerprint of the task's data before that cut.
    """

    task: TaskData
    train: Split
    test: Split
    scale: Tensor
    shift: Tensor
    sha256: str
    validation: Split | None = None

    @classmethod
    def place(cls, task: TaskData, device: torch.device, validation: float = 0.0) -> DeviceData:
        """Move the splits to `device` and fold scaling and normalisation into one affine map.

        The share `validation` of the training data is held out of training first.

        Raises:
            UserError: where that leaves a part without an example.
        """
        sha256 = fingerprint(task.train, task.test)
        task, held = hold_out(task, validation)
        shape = (1, -1, 1, 1) if task.train.inputs.ndim == 4 else (1, -1)
        unit = 255.0 if task.train.inputs.dtype == torch.uint8 else 1.0
        mean = torch.tensor(task.mean, device=device).view(shape)
        std = torch.tensor(task.std, device=device).view(shape)
        return cls(
            task=task,
            train=_moved(task.train, device),
            test=_moved(task.test, device),
            scale=1.0 / (unit * std),
            shift=-mean / std,
            sha256=sha256,
            validation=_moved(held, device) if held else None,
        )

    def normalise(self, inputs: Tensor) -> Tensor:
        """Inputs (n, …) as the float32 that models see."""
        return inputs.to(torch.float32).mul(self.scale).add_(self.shift)

    def epoch(self, recipe: StageRecipe, generator: Generator) -> Iterator[tuple[Tensor, Tensor]]:
        """The training batches of an epoch as `recipe` draws and augments them, normalised."""
        order = drawn_order(recipe, len(self.train), generator)
        order = order.to(self.train.targets.device, non_blocking=True)
        for part in batches_of(recipe, len(self.train)):
            index = order[part]
            images = augment(self.train.inputs.index_select(0, index), recipe.augment, generator)
            yield self.normalise(images), self.train.targets[index]

    def steps(self, recipe: StageRecipe) -> int:
        """The number of batches of an epoch."""
        return epoch_steps(recipe, len(self.train))

    def held_batch(self, size: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """A batch of `size` training examples, at most all of them, for pruners."""
        index = torch.randperm(len(self.train), generator=generator)[:size].to(self.train.targets.device)
        return self.normalise(self.train.inputs[index]), self.train.targets[index]

    def test_batches(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """The test split in order, `size` examples at a time, normalised."""
        for start in range(0, len(self.test), size):
            inputs, targets = self.test.inputs[start : start + size], self.test.targets[start : start + size]
            yield self.normalise(inputs), targets

    def example(self) -> Tensor:
        """One normalised input, shape (1, …)."""
        return self.normalise(self.test.inputs[:1])


def _moved(split: Split, device: torch.device) -> Split:
    return Split(split.inputs.to(device), split.targets.to(device))
