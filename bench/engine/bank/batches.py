"""Batches of a bank: every row in the order in which it would see the data alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Generator, Tensor

from bench.engine.data import DeviceData
from bench.engine.drawing import batches_of, drawn_order
from bench.suite.recipe import StageRecipe


class BankBatches:
    """The training data of K rows, one data set for all or one each, of equal size and normalisation."""

    def __init__(self, sets: Sequence[DeviceData], seeds: Sequence[int]) -> None:
        self._first = sets[0]
        self._count = len(sets[0].train)
        self._generators = [Generator().manual_seed(seed) for seed in seeds]
        distinct = list({id(data): data for data in sets}.values())
        place = {id(data): number * self._count for number, data in enumerate(distinct)}
        self._starts = torch.tensor([place[id(data)] for data in sets]).unsqueeze(1)
        self._is_ready = sets[0].train.inputs.is_floating_point()
        self._inputs = (_normalised if self._is_ready else _joined)(distinct)
        self._targets = torch.cat([data.train.targets for data in distinct])

    def skip(self, recipe: StageRecipe, epochs: int) -> None:
        """Draw the orders of some epochs, so that the next one is in the order that would come then."""
        for generator in self._generators * epochs:
            drawn_order(recipe, self._count, generator)

    def epoch(self, recipe: StageRecipe) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of an epoch, drawn by `recipe`: inputs (K, n, …), normalised, and targets (K, n, …)."""
        orders = [drawn_order(recipe, self._count, generator) for generator in self._generators]
        order = (torch.stack(orders) + self._starts).to(self._targets.device)
        for part in batches_of(recipe, self._count):
            index = order[:, part]
            flat, shape = index.flatten(), index.shape
            inputs = self._inputs.index_select(0, flat)
            inputs = inputs if self._is_ready else self._first.normalise(inputs)
            targets = self._targets.index_select(0, flat)
            yield inputs.view(*shape, *inputs.shape[1:]), targets.view(*shape, *targets.shape[1:])


def _joined(sets: Sequence[DeviceData]) -> Tensor:
    return torch.cat([data.train.inputs for data in sets])


def _normalised(sets: Sequence[DeviceData]) -> Tensor:
    """All inputs, normalised once: the numbers are those of each batch on its own."""
    first = sets[0].train.inputs
    inputs = torch.empty(len(sets), *first.shape, device=first.device)
    for part, data in zip(inputs, sets, strict=True):
        part.copy_(data.normalise(data.train.inputs))
    return inputs.flatten(0, 1)
