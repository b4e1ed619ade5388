"""Two quantities of each record, with the labels of its colour and panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

import bench
from bench_figures.rows import joined


def points(rows: pd.DataFrame, params: bench.Params) -> pd.DataFrame:
    """Columns `x`, `y`, `hue` and `col` of the records that have both numbers.

    On a logarithmic axis those alone that are above zero. Raises `Unsupported` where there are none.
    """
    table = pd.DataFrame(
        {
            "x": bench.analysis.quantity(rows, params["x"]),
            "y": bench.analysis.quantity(rows, params["y"]),
            "hue": joined(rows, params["hue"], params["names"]),
            "col": joined(rows, params["col"], params["names"], told=True),
        }
    ).dropna(subset=["x", "y"])
    for axis in ("x", "y"):
        if params[f"log_{axis}"]:
            table = table[table[axis] > 0]
    if table.empty:
        raise bench.Unsupported(f"no selected record has both '{params['x']}' and '{params['y']}'")
    return table


def labels_of(column: pd.Series[Any]) -> Sequence[str]:
    """The labels that occur in a category, in its order."""
    present = set(column)
    return [label for label in column.cat.categories if label in present]
