"""Which units go: as many of the lowest as the budget asks for, counted in units or in weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import torch
from torch import Tensor

from bench.engine.budget import share_out, zeros_of
from bench.engine.pruned import Pruned
from bench.engine.ranking import counted_masks as within_masks
from bench.engine.ranking import further_masks
from bench.engine.ranking import zeros as lost
from bench.engine.scopes import ERK_OF_UNITS, uniform_plus, uniform_plus_caps, zeros_by_layer
from bench.engine.scoring import Scores, counted_masks, reachable_masks
from bench.errors import Unsupported
from bench.linalg import topk_masks_exact
from bench.registry.contracts import Layer

Budget = Literal["units", "weights"]
Expand = Callable[[Mapping[str, Tensor]], Pruned]


@dataclass(frozen=True)
class Spread:
    """How a budget is spread: over which layers' units, under which scope, and what it counts."""

    layers: Mapping[str, Layer]
    scope: str
    budget: Budget


def unit_prunings(
    scores: Scores, sparsities: Sequence[float], spread: Spread, expand: Expand, least: int = 0
) -> dict[float, Pruned | Unsupported]:
    """What goes at each of `sparsities`; for one that the scope cannot reach, the reason.

    "units" removes round(sparsity · units). "weights" removes units from the lowest on until the zeros
    are as near to round(sparsity · weights) as whole units allow, the fewer of two equally near; its
    masks of growing sparsity are nested.

    Args:
        scores: of the units that may go, shape (out,), by layer.
        sparsities: the shares asked for.
        spread: the budget.
        expand: the masks from units, shape (out,) by layer, True where kept.
        least: how many units "weights" removes at any rate.
    """
    if spread.budget == "units":
        kept = reachable_masks(scores, sparsities, spread.scope, spread.layers, "unit")
        return {
            sparsity: units if isinstance(units, Unsupported) else expand(units)
            for sparsity, units in kept.items()
        }

    def without(lowest: int) -> Pruned:
        return expand(_kept(scores, lowest, spread))

    @cache
    def zeros(lowest: int) -> int:
        return sum(int((~mask).sum()) for mask in without(lowest).masks.values())

    if spread.scope == "erk":
        return dict.fromkeys(sparsities, Unsupported(ERK_OF_UNITS))
    weights = sum(mask.numel() for mask in without(0).masks.values())
    most = _most(spread)
    found: dict[float, Pruned | Unsupported] = {}
    for sparsity in sparsities:
        due = zeros_of(sparsity, weights)
        if due > zeros(most) and most < sum(map(len, scores.values())):
            found[sparsity] = Unsupported(
                f"scope '{spread.scope}' can remove units of {zeros(most)} of {weights} weights, not {due}"
            )
        else:
            found[sparsity] = without(_nearest(zeros, due, range(least, most + 1)))
    return found


def _kept(scores: Scores, lowest: int, spread: Spread) -> dict[str, Tensor]:
    """Masks without the `lowest` units, each mask within the next as the number grows."""
    if spread.scope == "global":
        return topk_masks_exact(scores, [lowest])[0]
    sizes = {name: len(score) for name, score in scores.items()}
    uniform = spread.scope == "layer"
    counts = share_out(lowest, sizes, sizes) if uniform else uniform_plus(spread.layers, sizes, lowest)
    return counted_masks(scores, [counts])[0]


def _most(spread: Spread) -> int:
    """How many units the scope can remove."""
    sizes = {name: len(layer.weight) for name, layer in spread.layers.items()}
    caps = uniform_plus_caps(spread.layers, sizes) if spread.scope == "uniform-plus" else sizes
    return sum(caps.values())


def further_units(
    scores: Scores, alive: Mapping[str, Tensor], sparsity: float, spread: Spread, expand: Expand
) -> Pruned:
    """What goes at `sparsity` where some units are gone already: these first, then the lowest that live.

    Args:
        scores: of the units that may go, shape (out,), by layer; only those of living units count.
        alive: boolean, of the scores' shapes, True where a unit is left.
        sparsity: the share asked for, of all.
        spread: the budget.
        expand: as for `unit_prunings`.

    Raises:
        Unsupported: where the scope cannot reach the sparsity.
    """
    if spread.budget == "units":
        if spread.scope in ("global", "layer"):
            return expand(further_masks(scores, alive, sparsity, spread.scope))
        return expand(
            within_masks(scores, alive, zeros_by_layer(spread.layers, sparsity, spread.scope, "unit"))
        )
    below = {
        name: score.clamp_min(torch.finfo(score.dtype).min).masked_fill(~alive[name], -torch.inf)
        for name, score in scores.items()
    }
    gone = sum(lost(alive).values())
    found = unit_prunings(below, [sparsity], spread, expand, gone)[sparsity]
    if isinstance(found, Unsupported):
        raise found
    return found


def _nearest(zeros: Callable[[int], int], due: int, counts: range) -> int:
    """The number of units among `counts` whose zeros, growing with it, are nearest to `due`."""
    low, high = counts[0], counts[-1]
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if zeros(middle) <= due else (low, middle - 1)
    above = min(low + 1, counts[-1])
    return low if due - zeros(low) <= zeros(above) - due else above
