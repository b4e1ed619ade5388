"""Quantities of records: a metric by name, a column, or a difference or quotient of two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.analysis.selection import named_column
from bench.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

_TWO = re.compile(r"\s*(\S+)\s+([-/])\s+(\S+)\s*")


def quantity(rows: pd.DataFrame, text: str) -> pd.Series[float]:
    """The numbers that `text` names, a row each; NaN where a record has none.

    `text` is a metric ("accuracy"), a dotted column ("spec.sparsity", "timing.train"), or two of them
    with a minus or a slash that has blanks around it ("accuracy_dense - accuracy"). A quotient by zero
    is NaN.

    Raises:
        UserError: for a name that no record has, or a column that holds no numbers.
    """
    match = _TWO.fullmatch(text)
    if match is None:
        return _column(rows, text.strip())
    first, sign, second = match.groups()
    one, other = _column(rows, first), _column(rows, second)
    return one - other if sign == "-" else one / other.where(other != 0, np.nan)


def _column(rows: pd.DataFrame, name: str) -> pd.Series[float]:
    import pandas as pd

    column: pd.Series[Any] = named_column(rows, name, ("metrics.", "", "spec."))
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    if numbers.isna().all() and column.notna().any():
        raise UserError(f"'{name}' holds no numbers", "name a metric, or a column of numbers")
    return numbers
