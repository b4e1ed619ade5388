"""The paired t-test: two contestants on the same seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from bench.analysis.intervals import MIN_SEEDS

_ROUNDING = 1e-12


def paired_differences(first: Mapping[int, float], second: Mapping[int, float]) -> list[float]:
    """`first` − `second` on each seed that both have, in the order of the seeds."""
    return [first[seed] - second[seed] for seed in sorted(first.keys() & second.keys())]


def paired_p(first: Mapping[int, float], second: Mapping[int, float]) -> float | None:
    """The two-sided p-value that two contestants have equal means, paired by seed.

    Contestants of one cell that train alike prune the very same dense network of each seed, so the
    pairs cancel what the dense network contributes. None with fewer than three shared seeds.

    Equal differences (to a relative 1e-12 of the scores) have no spread to hold their mean against: p is 1
    where they are all zero, and otherwise that of the sign test, 2^(1 - n). For they come about by chance
    where the test split is small: with spreads of an image or two, three seeds do in one pair of seven.
    """
    from scipy.special import stdtr

    differences = np.array(paired_differences(first, second))
    n = differences.size
    if n < MIN_SEEDS:
        return None
    nothing = _ROUNDING * max(map(abs, [*first.values(), *second.values()]))
    mean, spread = float(differences.mean()), float(differences.std(ddof=1))
    if spread <= nothing:
        return 1.0 if abs(mean) <= nothing else 2.0 ** (1 - n)
    statistic = mean / (spread / math.sqrt(n))
    return float(2 * stdtr(n - 1, -abs(statistic)))
