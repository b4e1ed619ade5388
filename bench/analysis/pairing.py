"""Pairs: two contestants on the same task, model, sparsity and seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.analysis.contestants import described
from bench.analysis.layered import by_layer
from bench.analysis.quantity import quantity
from bench.analysis.selection import column_of, select
from bench.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

_WHERE = ("cell", "spec.sparsity", "spec.seed")


@dataclass(frozen=True)
class Sides:
    """Two contestants by their conditions, and how their trials come in pairs.

    Args:
        one: conditions that the first alone fits.
        other: conditions that the second alone fits.
        where: conditions that both share.
        paired_by: further columns that a pair agrees in, such as "params.replicate"; both may lack them.
        layers: whether a pair is one layer of two trials.
    """

    one: Sequence[str]
    other: Sequence[str]
    where: Sequence[str] = ()
    paired_by: Sequence[str] = ()
    layers: bool = False


@dataclass(frozen=True)
class Pairs:
    """A row a pair: columns `one` and `other`, indexed by cell, sparsity, seed and what else pairs."""

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
        keys = _keys(rows, sides.paired_by)
        for _, inside in rows.groupby([rows["cell"], *keys.values()]):
            if inside["entry"].nunique() > 1:
                listed = described(inside)
                raise UserError(
                    f"'{name}' matches {len(listed)} contestants of a cell: {'; '.join(listed)}",
                    f"add conditions to `{name}` that leave one of them",
                )
        entries.append(set(rows["entry"]))
        rows = rows.assign(**keys)
        rows = by_layer(rows, metric) if sides.layers else rows
        named = [*_WHERE, *keys, *(["layer"] if sides.layers else [])]
        columns[name] = quantity(rows, metric).set_axis(pd.MultiIndex.from_frame(rows[named]))
    if entries[0] & entries[1]:
        raise UserError("'one' and 'other' match the same contestant", "let their conditions differ")
    table = pd.concat(columns, axis=1, join="inner").dropna().sort_index()
    return Pairs(table, f"the two have no pair with a value of '{metric}'" if table.empty else "")


def _keys(rows: pd.DataFrame, paired_by: Sequence[str]) -> dict[str, pd.Series[Any]]:
    """What else pairs agree in, as text, so that lacking a parameter is a value too."""
    columns = (column_of(rows, key, ("spec.", "")) for key in paired_by)
    return {f"paired{place}": rows[column].map(str) for place, column in enumerate(columns)}
