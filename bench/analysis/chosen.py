"""A contestant that validation chose, judged on the test split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.analysis.contestants import described, one_contestant, one_sparsity, told_apart
from bench.analysis.intervals import estimate
from bench.analysis.pairing import Sides
from bench.analysis.quantity import quantity
from bench.analysis.selection import select
from bench.errors import UserError
from bench.registry.contracts import Analysed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Choice:
    """What candidates are chosen by: a quantity, and whether "higher" or "lower" is better."""

    metric: str
    better: str = "higher"


def best_by_validation(frame: pd.DataFrame, *, metric: str, by: Choice, sides: Sides) -> Analysed:
    """The mean over seeds of `metric` of the candidate that is best by `by`, minus the reference's.

    `sides.one` selects the candidates and `sides.other` the reference, which may be one of them; all are
    of one cell and one sparsity. A candidate counts by its mean over the seeds that all candidates have,
    so that none is ahead for having left out a hard one; of equal ones the first by name is taken. The
    interval is Student's t over the seeds of the chosen one and the reference. As `by` is of held-out
    training data and `metric` of the test split, the choice does not flatter the difference.

    `details` names the chosen one and says how many candidates there were.

    Raises:
        UserError: where the selection is of several cells or sparsities, or the reference of several
            contestants; or a name is unknown.
    """
    candidates, reference = (select(frame, [*sides.where, *own]) for own in (sides.one, sides.other))
    for name, found in (("one", candidates), ("other", reference)):
        if found.rows.empty:
            return Analysed(None, details={"reason": f"'{name}': {found.reason}"})
        one_sparsity(found.rows, f"'{name}'")
        _one_cell(found.rows, name)
    one_contestant(reference.rows, "'other'")
    means = _means(candidates.rows, by.metric)
    if means.empty:
        return Analysed(None, details={"reason": f"no seed has '{by.metric}' of all candidates"})
    best = means.max() if by.better == "higher" else means.min()
    entry = min(means.index[means == best])
    chosen = candidates.rows[candidates.rows["entry"] == entry]
    one, other = (quantity(rows, metric).set_axis(rows["spec.seed"]) for rows in (chosen, reference.rows))
    mean = estimate([float(value) for value in (one - other).dropna()])
    if mean is None:
        return Analysed(None, details={"reason": f"no seed has '{metric}' of the chosen and of 'other'"})
    details: dict[str, str | float | int | None] = {
        "chosen": told_apart(candidates.rows)[entry],
        "by": float(best),
        "candidates": len(means),
    }
    return Analysed(mean.mean, mean.low, mean.high, {**details, "seeds": mean.n})


def _means(rows: pd.DataFrame, metric: str) -> pd.Series[float]:
    """By contestant, the mean over the seeds that all of them have."""
    values = rows.assign(value=quantity(rows, metric)).pivot_table(
        index="spec.seed", columns="entry", values="value", dropna=False
    )
    return values.dropna().mean().dropna()


def _one_cell(rows: pd.DataFrame, name: str) -> None:
    cells = rows.drop_duplicates("cell")
    if len(cells) > 1:
        raise UserError(
            f"'{name}' matches {len(cells)} cells: {'; '.join(described(cells))}",
            "add conditions on task and model to `where`",
        )
