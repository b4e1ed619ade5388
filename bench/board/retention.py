"""The one aggregate of the board: the normalised area under the retention curve."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def halvings(sparsity: float) -> float | None:
    """How often the weights were halved, −log₂(1 − sparsity); None outside 0 ≤ sparsity < 1."""
    return -math.log2(1 - sparsity) if 0 <= sparsity < 1 else None


def retention_area(grid: Sequence[float], retained: Mapping[float, float | None]) -> float | None:
    """The mean height of the retention curve over the suite's sparsities.

    With xᵢ = −log₂(1 − sᵢ) for the grid s₁ < … < s_k, the axis that the page draws, and rᵢ the share
    of the dense reference's metric, seed by seed, that is kept at sᵢ,

        A = Σᵢ (xᵢ₊₁ − xᵢ) · (rᵢ + rᵢ₊₁) / 2  /  (x_k − x₁),

    and A = r₁ for a single sparsity. 1 means that nothing was lost anywhere. The reference is
    the cell's, also for a method that trains networks of its own: against those, training badly would
    look like losing little. A sparsity of 1 has no
    place on the axis and is left out. None where the grid is empty or any cell is missing: an average
    over what is there would reward leaving out the hard ones.
    """
    places = sorted((x, sparsity) for sparsity in grid if (x := halvings(sparsity)) is not None)
    heights = [retained.get(sparsity) for _, sparsity in places]
    kept = [height for height in heights if height is not None]
    if not kept or len(kept) < len(heights):
        return None
    xs = [x for x, _ in places]
    if len(xs) == 1:
        return kept[0]
    area = sum(
        (xs[i + 1] - xs[i]) * (kept[i] + kept[i + 1]) / 2 for i in range(len(xs) - 1)
    )  # the trapezoid rule
    return area / (xs[-1] - xs[0])
