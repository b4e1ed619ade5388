"""The paired t-test: two contestants on the same seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from bench.analysis.intervals import MIN_SEEDS


def paired_differences(first: Mapping[int, float], second: Mapping[int, float]) -> list[float]:
    """`first` − `second` on each seed that both have, in the order of the seeds."""
    return [first[seed] - second[seed] for seed in sorted(first.keys() & second.keys())]


def paired_p(first: Mapping[int, float], second: Mapping[int, float]) -> float | None:
    """The two-sided p-value that two contestants have equal means, paired by seed.

    Contestants of one cell that train alike prune the very same dense network of each seed, so the
    pairs cancel what the dense network contributes. None with fewer than three shared seeds. Equal
    differences have no spread: p is then 1 where they are all zero, and 0 otherwise.
    """
    from scipy.special import stdtr

    differences = np.array(paired_differences(first, second))
    n = differences.size
    if n < MIN_SEEDS:
        return None
    mean, spread = float(differences.mean()), float(differences.std(ddof=1))
    if spread <= np.finfo(float).eps * abs(mean) or spread == 0:
        return 1.0 if mean == 0 else 0.0
    statistic = mean / (spread / math.sqrt(n))
    return float(2 * stdtr(n - 1, -abs(statistic)))
