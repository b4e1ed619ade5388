"""Runs a network with only its n best units, for many n at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from torch import Tensor, nn

from bench.measure.masked_runs import MaskedRuns
from bench.measure.summed_runs import SummedRuns

_CLOSE = 1e-5


class UnitRuns(Protocol):
    """A network that is run on one batch after another, each with many numbers of units.

    `width` is the most numbers that it holds at once for one example and one number of units.
    """

    @property
    def width(self) -> int:
        """See the class."""

    def begin(self, inputs: Tensor) -> None:
        """Take up the batch `inputs`, shape (n, …)."""

    def outputs(self, counts: Sequence[int]) -> Tensor:
        """What the batch gives with each of `counts`, ascending; shape (counts · n, …), count by count."""


def unit_runs(model: nn.Module, ranks: Mapping[str, Tensor], tried: Tensor) -> UnitRuns:
    """The fastest runs that are right for `model`.

    `MaskedRuns` are always right; `SummedRuns` where one later layer alone reads the units, and what lies
    between treats each unit by itself and maps zero to zero. Whether that is so is found by trying: on
    `tried`, at five numbers of units, both must put out the same.

    Args:
        model: the folded network, in eval mode; it is copied.
        ranks: by layer, shape (out,): a unit's place in the order of all these layers' units, 0 the best.
        tried: a few normalised inputs, shape (n, …).
    """
    masked = MaskedRuns(model, ranks, tried)
    if len(ranks) > 1:
        return masked
    [(name, rank)] = ranks.items()
    counts = [part * len(rank) // 4 for part in range(5)]
    masked.begin(tried)
    due = masked.outputs(counts)
    try:
        summed = SummedRuns(model, name, rank, tried)
        summed.begin(tried)
        found = summed.outputs(counts)
    except (LookupError, RuntimeError):  # no single reader, or shapes that do not fit
        return masked
    same = found.shape == due.shape and bool((found - due).abs().max() <= _CLOSE * due.abs().max())
    return summed if same else masked
