"""The sparsities that schedules pass through on their way to the one asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DIGITS = 12


def round_sparsities(params: Mapping[str, Any], sparsity: float) -> tuple[float, ...]:
    """The sparsity after each round of the schedule `iterative`; the last is `sparsity` itself.

    With `rounds` = k, every round keeps the same share of what is left: 1 − (1 − s)^(r/k). With
    `rate` = p, every round removes the share p, so that entries with the same rate pass through the
    same sparsities, 1 − (1 − p)^r, and the last round removes what then is still missing.
    """
    rate, rounds = float(params["rate"]), int(params["rounds"])
    if rate == 0:
        between = [1 - (1 - sparsity) ** (done / rounds) for done in range(1, rounds)]
        return (*(round(one, _DIGITS) for one in between), sparsity)
    passed: list[float] = []
    while (after := round(1 - (1 - rate) ** (len(passed) + 1), _DIGITS)) < sparsity:
        passed.append(after)
    return (*passed, sparsity)


def cubic_sparsities(params: Mapping[str, Any], sparsity: float, steps: int) -> tuple[tuple[int, float], ...]:
    """When the schedule `gradual` prunes, in steps done, and to which sparsity.

    s_t = s_f + (s_i − s_f)(1 − (t − t0)/(nΔ))³ for t = t0, t0 + Δ, …, t0 + nΔ (Zhu and Gupta 2017,
    equation 1), where t0 and the latest t0 + nΔ are the shares `start` and `end` of all `steps`. Where
    less than one Δ fits between, the one pruning at t0 goes all the way.
    """
    first, every = round(params["start"] * steps), int(params["every"])
    count = max(0, round(params["end"] * steps) - first) // every
    if count == 0:
        return ((first, sparsity),)
    initial = min(float(params["initial"]), sparsity)
    passed = (
        (first + done * every, sparsity + (initial - sparsity) * (1 - done / count) ** 3)
        for done in range(count)
    )
    return (*passed, (first + count * every, sparsity))


def update_steps(params: Mapping[str, Any], steps: int) -> tuple[int, ...]:
    """After which steps `rigl` and `set` move weights: every Δ steps, before the share `end` of all."""
    every = int(params["every"])
    return tuple(range(every, max(every, round(params["end"] * steps)), every))
