"""Selects rows of the tidy frame by conditions such as "model=resnet56" and "sparsity>=0.9"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.analysis.lists import holds_list
from bench.errors import UserError
from bench.registry.suggest import did_you_mean
from bench.suite.settings import parse_value

if TYPE_CHECKING:
    import pandas as pd

_CONDITION = re.compile(r"\s*([A-Za-z0-9_.:-]+)\s*(>=|<=|!=|=|>|<)\s*(.+?)\s*", re.DOTALL)
_PENALTY = re.compile(r"(spec\.)?recipe\.(train|finetune)\.penalties\.[a-z0-9][a-z0-9._-]*")
_COMPARED: Mapping[str, Callable[[Any, float], Any]] = {
    ">=": lambda column, value: (column >= value) | _close(column, value),
    "<=": lambda column, value: (column <= value) | _close(column, value),
    ">": lambda column, value: (column > value) & ~_close(column, value),
    "<": lambda column, value: (column < value) & ~_close(column, value),
}


@dataclass(frozen=True)
class Condition:
    """One condition: the column as written, the comparison, and the values that fit."""

    key: str
    sign: str
    values: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.key}{self.sign}{','.join(map(str, self.values))}"


@dataclass(frozen=True)
class Selected:
    """The rows that fit; where there are none, `reason` says which condition left none."""

    rows: pd.DataFrame
    reason: str = ""


def conditions(where: Sequence[str]) -> list[Condition]:
    """The conditions that `where` writes.

    `key=value` and `key!=value` take alternatives parted by commas, or a TOML list; of a column that
    holds lists, one list, or a list of lists. `>=`, `<=`, `>` and `<` take one number.

    Raises:
        UserError: for text that is no condition.
    """
    found = []
    for text in where:
        match = _CONDITION.fullmatch(text)
        if match is None:
            raise UserError(f"'{text}' is not a condition", "write 'model=lenet-5' or 'sparsity>=0.9'")
        key, sign, written = match.groups()
        value = parse_value(written)
        values = tuple(value) if isinstance(value, list) else (value,)
        if sign in _COMPARED and not (len(values) == 1 and _is_number(values[0])):
            raise UserError(f"'{text}': '{sign}' compares with one number", "such as 'sparsity>=0.9'")
        found.append(Condition(key, sign, values))
    return found


def select(frame: pd.DataFrame, where: Sequence[str]) -> Selected:
    """The rows of trials that ended well and fit all of `where`.

    A key is a column of the frame; its `spec.` may be left out: "model", "params.scope",
    "schedule_params.retrain". Numbers are equal within a relative 1e-9. Where a column holds lists,
    "model_params.hidden=[50, 20]" asks for that list, and a list of lists for one of several.

    Raises:
        UserError: for text that is no condition, or a key that no record has.
    """
    kept = np.flatnonzero((frame["status"] == "ok").to_numpy())
    reason = "no record"
    for condition in conditions(where):
        if not len(kept):
            break
        column = named_column(frame, condition.key, ("spec.", "")).iloc[kept]
        fits = _fits(column, condition).to_numpy(bool)
        if not fits.any():
            reason = f"no record has {condition}; there is {_values(column)}"
        kept = kept[fits]
    return Selected(frame.iloc[kept], "" if len(kept) else reason)


def named_column(frame: pd.DataFrame, key: str, prefixes: Sequence[str]) -> pd.Series[Any]:
    """The column that `column_of` finds; zeros for the weight of a penalty that no record has.

    Raises:
        UserError: where there is no such column, with the nearest.
    """
    import pandas as pd

    if _PENALTY.fullmatch(key) and not {f"{prefix}{key}" for prefix in prefixes} & set(frame.columns):
        return pd.Series(0.0, index=frame.index)
    return frame[column_of(frame, key, prefixes)]


def column_of(frame: pd.DataFrame, key: str, prefixes: Sequence[str]) -> str:
    """The first column that is `key` with one of `prefixes` before it.

    Raises:
        UserError: where there is none, with the nearest.
    """
    for prefix in prefixes:
        if f"{prefix}{key}" in frame.columns:
            return f"{prefix}{key}"
    known = [
        str(name).removeprefix(prefix)
        for prefix in prefixes
        for name in frame.columns
        if str(name).startswith(prefix)
    ]
    raise UserError(f"no record has '{key}'", did_you_mean(key, known))


def _fits(column: pd.Series[Any], condition: Condition) -> Any:
    import pandas as pd

    if condition.sign in _COMPARED:
        numbers = pd.to_numeric(column, errors="coerce")
        return _COMPARED[condition.sign](numbers, float(condition.values[0]))
    fits = pd.Series(False, index=column.index)
    for value in condition.values:
        fits |= holds_list(column, value) if isinstance(value, list) else _equals(column, value)
    if not any(isinstance(value, list) for value in condition.values):
        fits |= holds_list(column, list(condition.values))
    return ~fits if condition.sign == "!=" else fits


def _equals(column: pd.Series[Any], value: Any) -> Any:
    import pandas as pd

    if isinstance(value, bool):
        return column.map(lambda item: isinstance(item, bool | np.bool_) and bool(item) is value)
    if _is_number(value):
        plain = column.map(lambda item: None if isinstance(item, bool | np.bool_) else item)
        return _close(pd.to_numeric(plain, errors="coerce"), value)
    return column.map(str) == str(value)


def _close(column: Any, value: float) -> Any:
    return abs(column - value) <= 1e-9 * max(abs(value), 1e-300)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _values(column: pd.Series[Any]) -> str:
    found = sorted(column.dropna().unique(), key=lambda value: (str(type(value)), value))
    words = [f"{value:g}" if isinstance(value, float) else str(value) for value in found]
    return ", ".join(words[:8]) + (", …" if len(words) > 8 else "") if words else "none with a value"
