"""The order in which SynFlow removes weights: one pass gives the masks of all sparsities."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import torch
from torch import Tensor

from bench import PruneInput, Scorer
from bench_synflow.flow import Flow


def synflow(rounds: int, density: float) -> Scorer:
    """Score each weight by its place in the order of removal: the later it goes, the higher.

    Tanaka et al., algorithm 1: after round k the share of weights left is density^(k / rounds), scores
    being computed anew before each round. There the schedule ends at the sparsity asked for; here the
    rounds run on, by the same factor, until no weight is left, and the harness cuts the order where it
    needs to. So one pass serves all sparsities, with nested masks, and each of them is reached in steps
    of the same factor. Within a round the smaller score goes first, equal ones by index.
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        flow = Flow(given)
        order = _Order(flow)
        for left in _schedule(order.total, density ** (1 / rounds)):
            order.shrink_to(left)
        return order.places()

    return score


def _schedule(total: int, factor: float) -> list[int]:
    """How many weights each round leaves, those that remove none left out, down to 0."""
    left = [total]
    for step in count(1):
        if left[-1] == 0:
            return left[1:]
        target = round(total * factor**step)
        if target < left[-1]:
            left.append(target)
    raise AssertionError  # count() does not end


class _Order:
    """Weights of all layers in one row: which are left, and at which place each other was removed."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._masks = {name: torch.ones_like(weight) for name, weight in flow.weights.items()}
        self.total = sum(mask.numel() for mask in self._masks.values())
        device = next(iter(self._masks.values())).device
        self._left = torch.arange(self.total, device=device)
        self._places = torch.zeros(self.total, dtype=torch.float64, device=device)

    @torch.no_grad()
    def shrink_to(self, left: int) -> None:
        """Remove the weights of smallest score until `left` are left."""
        scores = torch.cat([score.flatten() for score in self._flow.scores().values()])
        ascending = scores[self._left].argsort(stable=True)
        goes = self._left[ascending[: len(self._left) - left]]
        gone = self.total - len(self._left)
        self._places[goes] = torch.arange(gone, gone + len(goes), dtype=torch.float64, device=goes.device)
        self._left = self._left[ascending[len(goes) :]].sort().values
        row = torch.zeros_like(self._places)
        row[self._left] = 1.0
        for (name, mask), part in zip(self._masks.items(), self._split(row), strict=True):
            mask.copy_(part.view_as(mask))
            self._flow.weights[name].mul_(mask)

    def places(self) -> dict[str, Tensor]:
        """Each weight's place in the order, from 0, of its layer's weight's shape."""
        return {
            name: part.view_as(mask).clone()
            for (name, mask), part in zip(self._masks.items(), self._split(self._places), strict=True)
        }

    def _split(self, row: Tensor) -> Sequence[Tensor]:
        return torch.split(row, [mask.numel() for mask in self._masks.values()])
