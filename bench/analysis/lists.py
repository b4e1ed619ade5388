"""Columns that hold lists, as JSON or tuples: which rows have a given one."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def holds_list(column: pd.Series[Any], wanted: Sequence[Any]) -> pd.Series[bool]:
    """Where `column` holds the list `wanted`; numbers are equal within a relative 1e-9."""
    return column.map(lambda item: _equal(_list_in(item), list(wanted))).astype(bool)


def _list_in(item: Any) -> Any:
    if isinstance(item, tuple):
        return list(item)
    if not (isinstance(item, str) and item.startswith("[")):
        return None
    try:
        return json.loads(item)
    except json.JSONDecodeError:
        return None


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)
