"""What a task must be: data as declared, the same every time, and a test split that is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from bench.engine.data import DeviceData
from bench.errors import UserError
from bench.registry.components import Task
from bench.registry.contracts import DataRequest, Split, TaskData
from bench.testing.check import NotApplicable, gates, require, rules
from bench.testing.common import Subject

MOST_SHARED = 0.01


@dataclass(frozen=True, kw_only=True)
class TaskCase(Subject[Task]):
    """A task on the bench; data that must be downloaded first leaves its checks without a say."""

    root: Path

    def load(self, seed: int = 0) -> TaskData:
        """The data, loaded anew."""
        load: Any = self.component.make(self.params)
        try:
            return load(DataRequest(self.root, download=False, seed=seed))  # type: ignore[no-any-return]
        except UserError as error:
            raise NotApplicable(f"its data is not here: {error.message}") from None

    @cached_property
    def data(self) -> TaskData:
        """The data, loaded once."""
        return self.load()

    def splits(self) -> tuple[tuple[str, Split], ...]:
        """Both splits with their names."""
        return ("train", self.data.train), ("test", self.data.test)


def loads_its_data(case: TaskCase) -> None:
    """It gives a TaskData with a training and a test split that are not empty."""
    data = case.data
    require(isinstance(data, TaskData), f"it returned {type(data).__name__}, not TaskData")
    for name, split in case.splits():
        require(len(split.inputs) == len(split.targets), f"{name}: inputs and targets differ in number")
        require(len(split) > 1, f"{name}: {len(split)} examples")


def has_the_declared_shape(case: TaskCase) -> None:
    """Inputs are (n, in_channels, image_size, image_size), or (n, in_channels) for vectors."""
    data = case.data
    images = (data.in_channels, data.image_size, data.image_size)
    due = {images} if data.image_size > 1 else {images, images[:1]}
    for name, split in case.splits():
        have = tuple(split.inputs.shape[1:])
        require(
            have in due, f"{name}: inputs have shape (n, {', '.join(map(str, have))}), declared is {max(due)}"
        )


def has_plain_inputs(case: TaskCase) -> None:
    """Inputs are uint8 or finite float32, on the CPU, without gradients."""
    for name, split in case.splits():
        inputs = split.inputs
        require(inputs.dtype in (torch.uint8, torch.float32), f"{name}: inputs are {inputs.dtype}")
        require(inputs.device.type == "cpu", f"{name}: inputs are on {inputs.device}")
        require(not inputs.requires_grad, f"{name}: inputs require gradients")
        require(bool(torch.isfinite(inputs).all()), f"{name}: inputs are not finite")


def has_targets_in_range(case: TaskCase) -> None:
    """Classes are int64 from 0 to num_classes - 1; regression targets finite floats (n, num_classes)."""
    classes = case.data.num_classes
    for name, split in case.splits():
        targets = split.targets
        if case.data.kind == "regression":
            require(targets.dtype == torch.float32, f"{name}: targets are {targets.dtype}, not float32")
            require(bool(torch.isfinite(targets).all()), f"{name}: targets are not finite")
            require(
                targets.ndim == 2 and targets.shape[1] == classes,
                f"{name}: targets are {tuple(targets.shape)}",
            )
            continue
        require(targets.dtype == torch.int64, f"{name}: targets are {targets.dtype}, not int64")
        low, high = int(targets.min()), int(targets.max())
        require(
            low >= 0 and high < classes, f"{name}: targets run from {low} to {high}, with {classes} classes"
        )


def shows_every_class(case: TaskCase) -> None:
    """Every class occurs in both splits."""
    if case.data.kind == "regression":
        raise NotApplicable("it is a regression")
    for name, split in case.splits():
        missing = case.data.num_classes - len(set(split.targets.tolist()))
        require(missing <= 0, f"{name}: {missing} of {case.data.num_classes} classes do not occur")


def is_normalised_as_declared(case: TaskCase) -> None:
    """With the declared mean and std, training inputs have a mean near 0 and a deviation near 1."""
    data = case.data
    for word, values in (("mean", data.mean), ("std", data.std)):
        require(
            len(values) in (1, data.in_channels),
            f"{word} has {len(values)} values for {data.in_channels} channels",
        )
    require(all(value > 0 for value in data.std), "a std is not positive")
    placed = DeviceData.place(data, torch.device("cpu"))
    inputs = placed.normalise(data.train.inputs[:4096])
    mean, std = float(inputs.mean()), float(inputs.std())
    require(abs(mean) < 0.25, f"after normalisation the mean of training inputs is {mean:.2f}, not near 0")
    require(0.5 < std < 2, f"after normalisation the deviation of training inputs is {std:.2f}, not near 1")


def keeps_the_test_split_apart(case: TaskCase) -> None:
    """At most 1 % of the test inputs occur among the training inputs."""
    train = {_bytes(row) for row in case.data.train.inputs}
    shared = sum(_bytes(row) in train for row in case.data.test.inputs)
    total = len(case.data.test)
    require(shared <= MOST_SHARED * total, f"{shared} of {total} test inputs occur in the training split")


def loads_the_same_twice(case: TaskCase) -> None:
    """Loaded twice for one seed, the data is equal, whatever the global generators' state."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        one = case.load()
        torch.manual_seed(2)
        _require_same(one, case.load(), "loaded twice")


def depends_on_the_seed_as_declared(case: TaskCase) -> None:
    """Only data declared `seeded` changes with the seed, and that does."""
    one, other = case.data, case.load(seed=1)
    if not case.component.seeded:
        _require_same(one, other, "loaded with another seed though it is not declared seeded")
        return
    changed = any(not torch.equal(a, b) for a, b in zip(_all(one), _all(other), strict=True))
    require(changed, "it is declared seeded, and two seeds gave the same data")


def _require_same(one: TaskData, other: TaskData, when: str) -> None:
    for name, a, b in zip(
        ("train inputs", "train targets", "test inputs", "test targets"), _all(one), _all(other), strict=True
    ):
        require(torch.equal(a, b), f"{when}, the {name} differ")


def _all(data: TaskData) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return data.train.inputs, data.train.targets, data.test.inputs, data.test.targets


def _bytes(row: Tensor) -> bytes:
    return row.contiguous().numpy().tobytes()


_GATES: tuple[Callable[[TaskCase], None], ...] = (
    loads_its_data,
    has_the_declared_shape,
    has_plain_inputs,
    has_targets_in_range,
)
TASK = (
    *gates(*_GATES, loads_the_same_twice),
    *rules(
        shows_every_class,
        is_normalised_as_declared,
        keeps_the_test_split_apart,
        depends_on_the_seed_as_declared,
    ),
)
