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
        self._inputs = _joined([data.train.inputs for data in distinct])
        self._targets = _joined([data.train.targets for data in distinct])

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
            inputs = self._first.normalise(self._inputs.index_select(0, flat))
            targets = self._targets.index_select(0, flat)
            yield inputs.view(*shape, *inputs.shape[1:]), targets.view(*shape, *targets.shape[1:])


def alike(sets: Sequence[DeviceData]) -> bool:
    """Whether rows with these data sets can share batches."""
    first = sets[0]
    return all(
        data is first
        or (
            data.train.inputs.shape == first.train.inputs.shape
            and data.train.inputs.dtype == first.train.inputs.dtype
            and data.train.targets.shape == first.train.targets.shape
            and torch.equal(data.scale, first.scale)
            and torch.equal(data.shift, first.shift)
        )
        for data in sets
    )


def _joined(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)
