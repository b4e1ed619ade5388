"""How entries look: a colour and a marker shape each, the same in all cells of a suite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bench.board.cells import Cell

SHAPES = 8
COLOURS = 6


def marks(cells: Sequence[Cell]) -> dict[str, int]:
    """A number for each label of a suite's cells: an entry looks the same in all of them.

    The number modulo `COLOURS` is the colour, `shape` of it the marker; 48 pairs differ before one comes
    again. Those that stand on Pareto fronts come first, so that the ones a reader follows differ in
    colour; then by name.
    """
    fronts = Counter(cell.standings[row].label for cell in cells for row, _ in cell.front)
    labels = {one.label for cell in cells for one in cell.standings}
    return {label: number for number, label in enumerate(sorted(labels, key=lambda one: (-fronts[one], one)))}


def shape(mark: int) -> int:
    """The marker shape of a mark; it moves on by one with every round of colours."""
    return (mark + mark // (COLOURS * SHAPES // 2)) % SHAPES
