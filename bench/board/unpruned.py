"""Dense controls: networks that are trained on like the pruned ones, and lose nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bench.board.cells import Cell
from bench.board.formats import metric_text
from bench.board.intervals import Estimate, estimate
from bench.board.metrics import Metric

if TYPE_CHECKING:
    from pandas import DataFrame


def without_controls(rows: DataFrame, metric: Metric) -> tuple[DataFrame, Estimate | None]:
    """A cell's rows without those of dense controls, and the metric that the controls reach.

    A dense control is an entry whose only sparsity is 0, beside others. Of several, those count that
    start from the dense networks that most entries start from.
    """
    most = rows.groupby("entry")["spec.sparsity"].transform("max")
    controls, others = rows[most == 0], rows[most > 0]
    if controls.empty or others.empty:
        return rows, None
    shared = Counter(others["dense"])
    best = max(controls["dense"], key=lambda key: (shared[key], str(key)))
    chosen = controls[controls["dense"] == best].drop_duplicates("spec.seed")
    values = chosen.sort_values("spec.seed")[metric.column]
    return others, estimate([float(value) for value in values.dropna()])


def dense_text(cell: Cell) -> str:
    """The dense reference in words: as it was pruned, and trained on like the pruned networks."""
    reference = metric_text(cell.dense.estimate, cell.metric)
    if cell.unpruned is None:
        return reference
    return f"{reference}, trained on {metric_text(cell.unpruned, cell.metric)}"
