"""SGD, Adam and AdamW on the rows of a bank, each row with its own rate, momentum and decay.

The arithmetic is that of `torch.optim` (Kingma and Ba 2015 for Adam, Loshchilov and Hutter 2019 for
AdamW), with the scalars of a row in a column.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor

from bench.engine.bank.storage import Storage
from bench.suite.recipe import StageRecipe

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class BankOptimizer:
    """Steps all rows of a storage; `factors` are of all rows' learning rates, by parameter name."""

    def __init__(
        self, storage: Storage, recipes: Sequence[StageRecipe], factors: Mapping[str, float] | None = None
    ) -> None:
        self._storage = storage
        self._kind = recipes[0].optimizer
        given = factors or {}
        self._factors = storage.spread(lambda name, _: given.get(name, 1.0)) if given else None
        self._nesterov = recipes[0].nesterov
        self._decay = self._decays(recipes)
        self._momentum = self._column(recipe.momentum for recipe in recipes)
        self._has_momentum = any(recipe.momentum > 0 for recipe in recipes)
        clips = [recipe.grad_clip or math.inf for recipe in recipes]
        self._clip = self._column(clips) if min(clips) < math.inf else None
        self._first = torch.zeros_like(storage.values)
        self._second = torch.zeros_like(storage.values) if self._kind != "sgd" else self._first
        self._steps = 0
        self._told: Sequence[float] = ()
        self._telling = self._first

    def _column(self, numbers: Iterable[float]) -> Tensor:
        values = self._storage.values
        return torch.tensor(list(numbers), dtype=values.dtype, device=values.device).unsqueeze(1)

    def _rates(self, rates: Sequence[float]) -> Tensor:
        if rates != self._told:
            column = self._column(rates)
            self._told, self._telling = rates, column if self._factors is None else column * self._factors
        return self._telling

    def step(self, rates: Sequence[float]) -> None:
        """Take one step along the storage's gradients, which are used up; then hold the masks."""
        self._steps += 1
        if self._clip is not None:
            self._clipped(self._clip)
        if self._kind == "sgd":
            self._sgd(rates)
        else:
            self._adam(rates)
        if self._storage.mask is not None:
            self._storage.values.mul_(self._storage.mask)

    def _decays(self, recipes: Sequence[StageRecipe]) -> Tensor | None:
        if not any(recipe.weight_decay for recipe in recipes):
            return None
        decay = self._column(recipe.weight_decay for recipe in recipes)
        spares, frozen = not recipes[0].decay_norms, self._storage.frozen
        if not spares and not frozen:
            return decay
        return decay * self._storage.spread(
            lambda name, shape: float(name not in frozen and not (spares and len(shape) < 2))
        )

    def _clipped(self, limit: Tensor) -> None:
        norms = torch.linalg.vector_norm(self._storage.gradients, dim=1, keepdim=True)
        self._storage.gradients.mul_((limit / (norms + 1e-6)).clamp_(max=1.0))

    def _sgd(self, rates: Sequence[float]) -> None:
        values, gradients = self._storage.values, self._storage.gradients
        if self._decay is not None:
            gradients.addcmul_(values, self._decay)
        if self._has_momentum:
            self._first.mul_(self._momentum).add_(gradients)
            if self._nesterov:
                gradients.addcmul_(self._first, self._momentum)
            else:
                gradients = self._first
        values.addcmul_(gradients, self._rates([-rate for rate in rates]))

    def _adam(self, rates: Sequence[float]) -> None:
        values, gradients = self._storage.values, self._storage.gradients
        if self._decay is not None and self._kind == "adamw":
            values.mul_(1 - self._rates(rates) * self._decay)
        elif self._decay is not None:
            gradients.addcmul_(values, self._decay)
        self._first.lerp_(gradients, 1 - BETA1)
        self._second.mul_(BETA2).addcmul_(gradients, gradients, value=1 - BETA2)
        whole1, whole2 = 1 - BETA1**self._steps, 1 - BETA2**self._steps
        spread = self._second.sqrt().div_(math.sqrt(whole2)).add_(EPSILON)
        direction = torch.div(self._first, spread, out=spread)
        values.addcmul_(direction, self._rates([-rate / whole1 for rate in rates]))
