"""Runs of a network whose units one later layer reads: its outputs are sums over units."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call

from bench.measure.masked_runs import executions
from bench.structure import modules_by_weight
from bench.structure.modules import MIXING
from bench.structure.signals import unit_axis


class SummedRuns:
    """Lets the units of a layer into the one that reads them by rank, and runs what is behind that.

    From one number of units to the next the reader's outputs grow by what the units between them add, so
    that all numbers cost the reader as much as one run. See `UnitRuns`; whether a network is of the kind
    is for `unit_runs` to find out.

    Raises:
        LookupError: where no layer runs after the units', where either layer runs more than once, or
            where the reader is grouped.
    """

    def __init__(self, model: nn.Module, name: str, rank: Tensor, tried: Tensor) -> None:
        self._model = copy.deepcopy(model)
        self._order = rank.argsort()
        self._reader, self.width = _reader_behind(self._model, name, tried)
        self._run = self._reader.forward
        self._adder = copy.deepcopy(self._reader)
        self._adder.register_parameter("bias", None)
        self._weight = self._ranked(self._reader.get_parameter("weight"), 1)
        self._reads = self._weight.shape[1] // len(rank)
        self._reader.forward = self._stand_in
        self._sums: Tensor | None = None

    def begin(self, inputs: Tensor) -> None:
        """Take up the batch `inputs`, shape (n, …)."""
        self._inputs, self._sums = inputs, None
        self._model(inputs)

    def outputs(self, counts: Sequence[int]) -> Tensor:
        """What the batch gives with each of `counts`, ascending; shape (counts · n, …)."""
        sums, total, before = [], self._silent, 0
        for count in counts:
            if count > before:
                total = total + self._part(before, count)
                before = count
            sums.append(total)
        self._sums = torch.cat(sums)
        outputs: Tensor = self._model(self._inputs)
        return outputs

    def _stand_in(self, given: Tensor) -> Tensor:
        """The reader's own outputs while a batch is taken up, its sums afterwards."""
        if self._sums is not None:
            return self._sums
        self._given = self._ranked(given, unit_axis(self._reader, given))
        outputs: Tensor = self._run(given)
        self._silent = torch.zeros_like(outputs)
        if self._reader.bias is not None:
            at = unit_axis(self._reader, outputs)
            self._silent += self._reader.get_parameter("bias").view(-1, *[1] * (-1 - at))
        return outputs

    def _part(self, start: int, stop: int) -> Tensor:
        """What the units of ranks from `start` to below `stop` add to the reader's outputs."""
        first, length = start * self._reads, (stop - start) * self._reads
        weight = self._weight.narrow(1, first, length)
        given = self._given.narrow(unit_axis(self._reader, self._given), first, length)
        part: Tensor = functional_call(self._adder, {"weight": weight}, (given,))
        return part

    def _ranked(self, tensor: Tensor, axis: int) -> Tensor:
        """`tensor` with the inputs along `axis` in the order of the units that they come from."""
        at = axis % tensor.ndim
        by_unit = tensor.reshape(*tensor.shape[:at], len(self._order), -1, *tensor.shape[at + 1 :])
        return by_unit.index_select(at, self._order).flatten(at, at + 1)


def _reader_behind(model: nn.Module, name: str, tried: Tensor) -> tuple[nn.Module, int]:
    """The next layer that runs after `name`, and the most numbers of an example from its outputs on."""
    ran = executions(model, tried)
    modules = [module for module, _ in ran]
    layer = model.get_submodule(name)
    if modules.count(layer) != 1 or len(modules_by_weight(model)[name]) > 1:
        raise LookupError(f"{name} runs more than once")
    behind = modules.index(layer) + 1
    for place, (module, _) in enumerate(ran[behind:], behind):
        if isinstance(module, MIXING):
            if modules.count(module) != 1 or getattr(module, "groups", 1) != 1:
                break
            return module, max(width for _, width in ran[place:])
    raise LookupError(f"no single layer reads {name}")
