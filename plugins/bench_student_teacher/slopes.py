"""Whether a number grows with the height h of a network, by least squares over all runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench import Analysed, UserError
from bench_student_teacher.cells import Details, Statistic, arranged, mean, pooled
from bench_student_teacher.runs import Runs


def slope_on_height(found: Runs, amounts: Sequence[tuple[str, int, float]], details: Details) -> Analysed:
    """The least-squares slope of the runs' numbers on h, with its bootstrap interval over seeds.

    Args:
        found: the runs.
        amounts: (entry, seed, number) of those that stand.
        details: what else there is to say.

    Raises:
        UserError: where several contestants have the same h and the same teacher's size.
    """
    heights = heights_of(found)
    if len(set(heights.values())) < 2:
        return Analysed(None, details={**details, "reason": "the runs take no two heights"})
    cells = arranged([one for one in amounts if one[0] in heights], {})
    across = np.array([heights[entry] for entry in cells.keys])
    return pooled(cells, _slope(across), details)


def heights_of(found: Runs) -> dict[str, float]:
    """The heights h by entry, of those runs that have a curve and stand.

    Raises:
        UserError: where several contestants have the same h and the same teacher's size.
    """
    places = {
        run.entry: (run.curve.height, run.teacher)
        for run in found.standing
        if run.curve is not None and run.teacher > 0
    }
    if len(set(places.values())) < len(places):
        listed = "; ".join(sorted(found.labels[entry] for entry in places))
        raise UserError(
            f"several contestants have the same numbers of units: {listed}",
            "add conditions to `where` that leave one of them at each size",
        )
    return {entry: height for entry, (height, _) in places.items()}


def _slope(across: np.ndarray) -> Statistic:
    def over_all(numbers: np.ndarray) -> np.ndarray:
        """Map (draws, seeds, cells) to (draws,)."""
        up = numbers.reshape(len(numbers), -1)
        along = np.broadcast_to(across, numbers.shape).reshape(up.shape)
        x = np.where(np.isnan(up), np.nan, along)
        x = x - mean(x)[:, None]
        y = up - mean(up)[:, None]
        spread = np.nansum(x * x, axis=1)
        along_both = np.nansum(x * y, axis=1)
        found = np.full(len(up), np.nan)
        np.divide(along_both, spread, out=found, where=spread > 1e-12)
        return found

    return over_all
