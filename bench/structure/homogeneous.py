"""Who reads a unit through nothing but what scales with it: ReLU, pooling, flattening."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from bench.errors import Unsupported
from bench.structure.modules import inputs_of, modules_by_weight
from bench.structure.norms import normalised_by
from bench.structure.signals import unit_axis

_EXAMPLES = 8
_TOLERANCE = 1e-9


class _Heard(NamedTuple):
    """What a run put before each layer, by name, and put out in the end, each (n, …)."""

    inputs: Mapping[str, Tensor]
    output: Tensor


@torch.no_grad()
def homogeneous_readers(model: nn.Module, example: Tensor) -> dict[str, tuple[str, ...]]:
    """For each layer but those that make the output, the layers that read its units, by name.

    What lies between must treat all units alike and each by itself, and be positively homogeneous:
    f(c·s) = c·f(s) for c > 0, as a ReLU, pooling, dropout in eval mode and flattening are, and a sigmoid,
    a residual sum, or a normalisation further on is not. A reader then has a column for each unit, or
    behind a flattening a block of columns of equal size, in the units' order. The batch normalisation
    right behind a layer counts as part of it.

    Found by trying, in float64: every layer puts out made-up signals over four decades, of both signs;
    scaled by a factor of its own for each unit, and with each unit's signal given to the next, they must
    arrive scaled and moved on, to 1e-9.

    Args:
        model: the network with plain weights, in eval mode.
        example: one input, shape (1, …), whose values do not matter.

    Raises:
        Unsupported: naming the layer, where that does not hold, where layers are grouped or share a
            weight, or where one runs not exactly once.
    """
    _require_plain(model)
    run = _Runs(model, example)
    plain = run.heard({})
    found = {}
    for name, signal in run.signals.items():
        axis = unit_axis(run.layers[name], signal)
        scales = _scales(signal.shape[axis])
        changed = run.heard({name: _scaled(signal, axis, scales)})
        readers = tuple(
            other for other in plain.inputs if not _same(plain.inputs[other], changed.inputs[other])
        )
        if not _same(plain.output, changed.output):
            if readers:
                raise Unsupported(f"the units of {name} are read on, and part of the output too")
            continue
        turned = run.heard({name: signal.roll(1, axis)})
        for reader in readers:
            run.require_follows(name, reader, scales, (plain, changed, turned))
        found[name] = readers
    return found


class _Runs:
    """Runs of a network in which every layer puts out a signal of its own, the same in all of them.

    Raises:
        Unsupported: where a layer, or the batch normalisation behind one, runs not exactly once.
    """

    def __init__(self, model: nn.Module, example: Tensor) -> None:
        self._model = copy.deepcopy(model).double()
        self._inputs = example.expand(_EXAMPLES, *example.shape[1:])
        if self._inputs.is_floating_point():
            self._inputs = torch.ones_like(self._inputs, dtype=torch.float64)
        self.layers = {name: self._model.get_submodule(name) for name in modules_by_weight(model)}
        norms = {name: self._model.get_submodule(name) for name in normalised_by(model, example).values()}
        shapes: dict[str, list[torch.Size]] = {name: [] for name in (*self.layers, *norms)}
        for name, module in (*self.layers.items(), *norms.items()):
            module.register_forward_hook(lambda _, __, out, name=name: shapes[name].append(out.shape))
        self._model(self._inputs)
        for name, found in shapes.items():
            if len(found) != 1:
                raise Unsupported(f"{name} runs {len(found)} times")
        self.signals = _signals({name: shapes[name][0] for name in self.layers}, self._inputs.device)
        self._heard: dict[str, Tensor] = {}
        self._spoken: Mapping[str, Tensor] = {}
        for name, module in self.layers.items():
            module.forward = partial(self._layer, name)
        for module in norms.values():
            module.forward = torch.clone

    def heard(self, signals: Mapping[str, Tensor]) -> _Heard:
        """One run with other `signals` of some layers."""
        self._heard, self._spoken = {}, {**self.signals, **signals}
        output: Tensor = self._model(self._inputs)
        return _Heard(self._heard, output)

    def require_follows(self, name: str, reader: str, scales: Tensor, runs: tuple[_Heard, ...]) -> None:
        """Check that what `reader` hears of `name` is scaled and shifted on as its signal is."""
        plain, scaled, turned = (run.inputs[reader] for run in runs)
        axis = unit_axis(self.layers[reader], plain)
        count = plain.shape[axis]
        if count != inputs_of(self.layers[reader]) or count % len(scales):
            raise Unsupported(f"{reader} does not read {name} unit by unit")
        block = count // len(scales)
        if not _same(_scaled(plain, axis, scales.repeat_interleave(block)), scaled):
            raise Unsupported(f"what lies between {name} and {reader} does not scale with each unit")
        if not _same(plain.roll(block, axis), turned):
            raise Unsupported(f"what lies between {name} and {reader} does not treat all units alike")

    def _layer(self, name: str, given: Tensor) -> Tensor:
        self._heard[name] = given.clone()
        return self._spoken[name].clone()


def _signals(shapes: Mapping[str, torch.Size], device: torch.device) -> dict[str, Tensor]:
    """Random signals of both signs, of sizes from 0.01 to 100."""
    generator = Generator().manual_seed(0)
    found = {}
    for name, shape in shapes.items():
        sizes = 10 ** (4 * torch.rand(shape, generator=generator, dtype=torch.float64) - 2)
        signs = torch.randint(0, 2, shape, generator=generator) * 2 - 1
        found[name] = (sizes * signs).to(device)
    return found


def _require_plain(model: nn.Module) -> None:
    for name, sharers in modules_by_weight(model).items():
        if len(sharers) > 1:
            raise Unsupported(f"{name} shares its weight with {sharers[1]}")
        if getattr(model.get_submodule(name), "groups", 1) != 1:
            raise Unsupported(f"{name} is a grouped convolution")


def _scales(units: int) -> Tensor:
    """Factors from 1/4 to 4, one a unit, all different."""
    return 4 ** (torch.rand(units, generator=Generator().manual_seed(1)).double() * 2 - 1)


def _scaled(tensor: Tensor, axis: int, scales: Tensor) -> Tensor:
    shape = [1] * tensor.ndim
    shape[axis] = -1
    return tensor * scales.to(tensor).view(shape)


def _same(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one, other, rtol=_TOLERANCE, atol=_TOLERANCE)
