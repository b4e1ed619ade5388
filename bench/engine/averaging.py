"""The moving average of a stage's weights, which takes their place when the stage ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class Average:
    """The exponential moving average of a model's parameters and of its floating-point buffers.

    After the first step it is the weights themselves; from then on m ← decay·m + (1 − decay)·θ (Polyak
    and Juditsky 1992, in the exponential form). The running statistics of batch normalisation are
    averaged alike, so that they lag as the weights do. A parameter that is exactly zero stays so: it
    was pruned, if only in the course of the stage. With a decay of 0 it all does nothing.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        parts = (list(model.parameters()), list(model.buffers())) if decay > 0 else ([], [])
        self._weights, self._statistics = (
            [part.detach() for part in kind if part.is_floating_point()] for kind in parts
        )
        self._live = self._weights + self._statistics
        self._mean: list[Tensor] = []
        self._blend = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]

    def update(self) -> None:
        """Take in the weights after a step, once they are masked."""
        if self._mean:
            self._blend(self._mean, self._live, 0)
        else:
            self._mean = [part.clone() for part in self._live]

    def settle(self) -> None:
        """Write the average into the model, in place."""
        if self._mean:
            for weight, mean in zip(self._weights, self._mean, strict=False):
                mean.masked_fill_(weight == 0, 0.0)
            torch._foreach_copy_(self._live, self._mean)

    @contextmanager
    def standing_in(self) -> Iterator[None]:
        """The average in the model's place, for who looks at it between epochs; then the weights again."""
        weights = [part.clone() for part in self._live]
        self.settle()
        yield
        if weights:
            torch._foreach_copy_(self._live, weights)
