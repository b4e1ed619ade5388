"""Curves of records, as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import bench

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def with_curve(frame: pd.DataFrame, where: list[str], name: str) -> pd.DataFrame:
    """The selected records that have a curve.

    Raises:
        Unsupported: where there is none.
    """
    selected = bench.analysis.select(frame, where)
    if selected.rows.empty:
        raise bench.Unsupported(selected.reason)
    column, rows = f"curves.{name}", selected.rows
    rows = rows[[isinstance(one, tuple) for one in rows[column]]] if column in rows else rows.iloc[:0]
    if rows.empty:
        raise bench.Unsupported(f"no selected record has the curve '{name}'")
    return rows


def curve(row: dict[Any, Any], name: str) -> NDArray[np.float64]:
    """A record's, NaN where a number is undefined."""
    return np.array([np.nan if one is None else one for one in row[f"curves.{name}"]], dtype=np.float64)


def mean_curve(rows: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """The mean of a curve over records.

    Raises:
        Unsupported: where their curves differ in length.
    """
    found = [curve(row, name) for row in rows.to_dict("records")]
    if len({len(one) for one in found}) > 1:
        raise bench.Unsupported(f"the curves '{name}' differ in length: select records of one grid")
    return np.asarray(np.mean(found, axis=0))
