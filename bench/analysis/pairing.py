"""Pairs: two contestants on the same task, model, sparsity and seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.analysis.contestants import described
from bench.analysis.quantity import quantity
from bench.analysis.selection import select
from bench.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

_WHERE = ("cell", "spec.sparsity", "spec.seed")


@dataclass(frozen=True)
class Sides:
    """Two contestants by their conditions, and the conditions that both share."""

    one: Sequence[str]
    other: Sequence[str]
    where: Sequence[str] = ()


@dataclass(frozen=True)
class Pairs:
    """A row a pair: columns `one` and `other`, indexed by cell, sparsity and seed."""

    table: pd.DataFrame
    reason: str = ""


def pairs(frame: pd.DataFrame, sides: Sides, metric: str) -> Pairs:
    """The quantity `metric` of two contestants, pair by pair; trials without a partner are left out.

    Raises:
        UserError: where a side's conditions match several contestants of one cell, or both sides
            match the same one.
    """
    import pandas as pd

    columns: dict[str, pd.Series[float]] = {}
    entries: list[set[str]] = []
    for name, own in (("one", sides.one), ("other", sides.other)):
        selected = select(frame, [*sides.where, *own])
        rows = selected.rows
        if rows.empty:
            return Pairs(pd.DataFrame({"one": [], "other": []}), f"'{name}': {selected.reason}")
        for _, inside in rows.groupby("cell"):
            if inside["entry"].nunique() > 1:
                listed = described(inside)
                raise UserError(
                    f"'{name}' matches {len(listed)} contestants of a cell: {'; '.join(listed)}",
                    f"add conditions to `{name}` that leave one of them",
                )
        entries.append(set(rows["entry"]))
        index = pd.MultiIndex.from_frame(rows[list(_WHERE)])
        columns[name] = quantity(rows, metric).set_axis(index)
    if entries[0] & entries[1]:
        raise UserError("'one' and 'other' match the same contestant", "let their conditions differ")
    table = pd.concat(columns, axis=1, join="inner").dropna().sort_index()
    return Pairs(table, f"the two have no pair with a value of '{metric}'" if table.empty else "")
