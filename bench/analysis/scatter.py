"""Scatters: two quantities over selected records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.analysis.quantity import quantity
from bench.analysis.selection import column_of, select

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Scatter:
    """Two quantities, and the conditions on the records that count."""

    x: str
    y: str
    where: Sequence[str] = ()


@dataclass(frozen=True)
class Points:
    """A row a record that has both: columns `x` and `y`, and one for each of `groups`."""

    rows: pd.DataFrame
    groups: tuple[str, ...] = ()
    reason: str = ""


def points(frame: pd.DataFrame, scatter: Scatter, within: Sequence[str] = ()) -> Points:
    """The points of a scatter; `within` names columns to group by, as conditions do.

    Raises:
        UserError: for an unknown name or condition.
    """
    import pandas as pd

    selected = select(frame, scatter.where)
    rows = selected.rows
    if rows.empty:
        return Points(pd.DataFrame({"x": [], "y": []}), reason=selected.reason)
    groups = {f"group{place}": column_of(rows, key, ("spec.", "")) for place, key in enumerate(within)}
    columns = {name: rows[column] for name, column in groups.items()}
    table = pd.DataFrame({**columns, "x": quantity(rows, scatter.x), "y": quantity(rows, scatter.y)})
    table = table.dropna(subset=["x", "y"])
    reason = f"no selected record has both '{scatter.x}' and '{scatter.y}'" if table.empty else ""
    return Points(table, tuple(groups), reason)
