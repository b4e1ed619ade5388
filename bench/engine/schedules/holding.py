"""Masks that change while a network trains, held after every step."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bench.engine.pruned import Pruned


class Holding:
    """Keeps the pruned parameters of a network at exactly zero; starts with nothing pruned."""

    def __init__(self, model: nn.Module) -> None:
        self._parameters = dict(model.named_parameters())
        self._held: list[tuple[nn.Parameter, Tensor]] = []

    def change(self, pruned: Pruned) -> None:
        """Hold the masks of `pruned` from now on, and put them into effect."""
        self._held = [
            (parameter, torch.empty_like(parameter.data).copy_(mask))
            for name, mask in pruned.by_parameter().items()
            for parameter in [self._parameters[name]]
        ]
        self.apply()

    def apply(self) -> None:
        """Put the pruned weights back to zero."""
        if self._held:
            values = [parameter.data for parameter, _ in self._held]
            torch._foreach_mul_(values, [mask for _, mask in self._held])
