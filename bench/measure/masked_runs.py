"""Runs of copies of a batch through a network, each copy with units of its own silenced."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from bench.structure import modules_by_weight, normalised_by
from bench.structure.modules import MIXING
from bench.structure.signals import unit_axis


class MaskedRuns:
    """Silences units where they come out, of layers and of the batch normalisation right behind.

    The outputs of the layer that runs first do not depend on the units that go, and are computed once a
    batch. See `UnitRuns`.
    """

    def __init__(self, model: nn.Module, ranks: Mapping[str, Tensor], tried: Tensor) -> None:
        self._model = copy.deepcopy(model)
        ran = executions(self._model, tried)
        executed: list[nn.Module] = [module for module, _ in ran if isinstance(module, MIXING)]
        self.width = max(tried[0].numel(), *(width for _, width in ran))
        self._stack: Tensor = tried
        self._counts: Tensor | None = None
        self._first: Tensor | None = None
        owners = modules_by_weight(self._model)
        norms = normalised_by(self._model, tried[:1])
        for name, rank in ranks.items():
            for owner in owners[name]:
                places = [owner, norms[owner]] if owner in norms else [owner]
                for module in map(self._model.get_submodule, places):
                    if executed.count(module) == 1 and executed[0] is module:
                        self._know(module)
                    module.register_forward_hook(partial(self._silence, rank))

    def begin(self, inputs: Tensor) -> None:
        """Take up the batch `inputs`, shape (n, …)."""
        self._inputs = inputs
        self._stack, self._first, self._counts = inputs, None, None
        self._model(inputs)

    def outputs(self, counts: Sequence[int]) -> Tensor:
        """What the batch gives with each of `counts`, shape (counts · n, …)."""
        self._counts = torch.tensor(counts, device=self._inputs.device)
        due = len(counts) * len(self._inputs)
        if len(self._stack) != due:
            self._stack = self._inputs.repeat(len(counts), *[1] * (self._inputs.ndim - 1))
        outputs: Tensor = self._model(self._stack)
        return outputs

    def _know(self, module: nn.Module) -> None:
        """Let `module` run once a batch; later it gives what it gave, which the hook behind it repeats."""
        run: Callable[[Tensor], Tensor] = module.forward

        def forward(given: Tensor) -> Tensor:
            if self._first is None:
                self._first = run(given)
            return self._first

        module.forward = forward

    def _silence(self, rank: Tensor, module: nn.Module, _: object, output: Tensor) -> Tensor | None:
        if self._counts is None:
            return None
        kept = rank < self._counts[:, None]
        known = output is self._first
        stacked = output[None] if known else output.reshape(len(self._counts), -1, *output.shape[1:])
        shape = [1] * stacked.ndim
        shape[0], shape[unit_axis(module, output)] = kept.shape
        return torch.where(kept.view(shape), stacked, 0.0).flatten(0, 1)


def executions(model: nn.Module, tried: Tensor) -> list[tuple[nn.Module, int]]:
    """The modules in the order in which they ended, each with the numbers that it gave for an example.

    Args:
        model: the network, in eval mode.
        tried: inputs, shape (n, …).
    """
    ran: list[tuple[nn.Module, int]] = []

    def ended(module: nn.Module, _: object, output: object) -> None:
        ran.append((module, -(-output.numel() // len(tried)) if isinstance(output, Tensor) else 0))

    hooks = [module.register_forward_hook(ended) for module in model.modules()]
    try:
        model(tried)
    finally:
        for hook in hooks:
            hook.remove()
    return ran
