"""The standings as plain text, for the end of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.board.cells import Cell
from bench.board.formats import MISSING, mean_text, metric_text, seeds_text, share
from bench.board.unpruned import dense_text


def standings_table(cells: Iterable[Cell]) -> str:
    """A table for each cell: contestants best first, a column for each sparsity, tie groups.

    Ends with a line on how to read it; empty where there are no cells.
    """
    tables = [_cell(cell) for cell in cells]
    if not tables:
        return ""
    note = (
        "± half-width of the 95 % interval over seeds; entries that share a letter in 'standing' "
        "are not told apart; 'area' is that under the retention curve."
    )
    return "\n\n".join([*tables, note])


def _cell(cell: Cell) -> str:
    unit = " (%)" if cell.metric.percent else ""
    title = (
        f"{cell.suite} {cell.version} · {cell.task} · {cell.model}: {cell.metric.label.lower()}{unit} "
        f"by sparsity, dense {dense_text(cell)}"
    )
    header = ["entry", "standing", "area", *(share(sparsity) for sparsity in cell.grid), "seeds"]
    rows = [
        [
            standing.label,
            standing.group or MISSING,
            mean_text(standing.area),
            *(metric_text(point.primary, cell.metric) for point in standing.points),
            seeds_text(standing.seeds, len(cell.seeds), standing.draws),
        ]
        for standing in cell.standings
    ]
    return f"{title}\n{_aligned([header, *rows])}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *others = (
            text.ljust(width) if column < 2 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([first, *others]).rstrip())
    return "\n".join(lines)
