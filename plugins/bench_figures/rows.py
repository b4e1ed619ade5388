"""What figures read of a frame: the rows that fit, and columns joined into labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

import bench
from bench_figures.words import said, small, title_of

METHOD = "method"


def chosen(frame: pd.DataFrame, where: Sequence[str]) -> pd.DataFrame:
    """The rows that fit all conditions; raises `Unsupported` with the reason where none does."""
    selected = bench.analysis.select(frame, where)
    if selected.rows.empty:
        raise bench.Unsupported(selected.reason)
    return selected.rows


def joined(
    rows: pd.DataFrame, columns: Sequence[str], names: Sequence[str], *, told: bool = False
) -> pd.Series[Any]:
    """The values of `columns`, as an ordered category: one column's own, several joined as text.

    Numbers are in their order, texts in the order of the alphabet. No columns make one empty label.

    Args:
        rows: rows of the tidy frame, with columns of the figure's own.
        columns: names as in conditions, or "method".
        names: "label -> words", other words for labels.
        told: whether numbers are told with their column's title; those of several columns always are.

    Raises:
        UserError: for an unknown column, or names that are not written so.
    """
    values = [_values(rows, column) for column in columns]
    keys = list(zip(*values, strict=True)) if values else [()] * len(rows)
    titles = [title_of(column) for column in columns]
    titles = titles[:1] + [small(title) for title in titles[1:]]
    titles = titles if told or len(columns) > 1 else [""] * len(columns)
    texts = {key: " · ".join(map(said, key, titles)) for key in keys}
    order = sorted(texts, key=lambda key: [(isinstance(part, str), part) for part in key])
    words = renamed([texts[key] for key in order], names)
    return pd.Series(
        pd.Categorical(
            [words[texts[key]] for key in keys], list(dict.fromkeys(words.values())), ordered=True
        ),
        index=rows.index,
    )


def numeric(rows: pd.DataFrame, columns: Sequence[str]) -> bool:
    """Whether `columns` is one column of numbers, so that its colours may form a scale."""
    if len(columns) != 1 or columns[0] == METHOD:
        return False
    return all(not isinstance(value, str) for value in _values(rows, columns[0]))


def _values(rows: pd.DataFrame, column: str) -> list[Any]:
    if column == METHOD:
        return list(bench.analysis.methods(rows))
    own = rows[bench.analysis.column_of(rows, column, ("spec.", "", "metrics."))]
    return [_plain(value) for value in own]


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None or value != value:  # noqa: PLR0124 - NaN
        return {True: "yes", False: "no"}.get(value, "none") if isinstance(value, bool) else "none"
    return value if isinstance(value, int | float) else str(value)


def renamed(labels: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """What stands for each of `labels`, by `names`; raises `UserError` for what is not "label -> words"."""
    words = {label: label for label in labels}
    for name in names:
        label, arrow, other = (part.strip() for part in name.partition("->"))
        if not (arrow and label and other):
            raise bench.UserError(f"names: {name!r} is not 'label -> words'", "write 'random -> Random'")
        if label in words:
            words[label] = other
    return words
