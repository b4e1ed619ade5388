"""How far eigenvalues are from a law."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def kolmogorov_smirnov(values: Floats, cdf: Callable[[Floats], Floats]) -> float:
    """The largest distance between the empirical distribution of `values` (n,) and `cdf`."""
    ordered = np.sort(values)
    theory = cdf(ordered)
    n = len(ordered)
    steps = np.arange(n + 1) / n
    return float(max(np.abs(theory - steps[1:]).max(), np.abs(theory - steps[:-1]).max()))
