"""Curves of records over another of their curves: the phase transition, and its collapse."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

import bench
from bench_figures.lines import Drawing, Drawn, draw_lines
from bench_figures.panels import Titles
from bench_figures.rows import chosen, joined, numeric
from bench_figures.words import MINUS, inert, title_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INDEX = "index"


def figure(params: bench.Params) -> bench.FigureFunction:
    """Draws curve `y` over curve `x`, a line a label of `hue`."""
    return partial(_draw, params=params)


def curve_of(rows: pd.DataFrame, name: str) -> list[np.ndarray | None]:
    """The curve `name` of each row, of shape (n,); None where a record has none.

    Raises:
        UserError: where no record has a curve of that name.
    """
    column = rows[bench.analysis.column_of(rows, name, ("curves.", ""))]
    return [_array(value) for value in column]


def _array(value: Any) -> np.ndarray | None:
    if not isinstance(value, tuple | list) or not value:
        return None
    return np.array([np.nan if one is None else one for one in value], dtype=float)


def _draw(frame: pd.DataFrame, params: bench.Params) -> Figure:
    rows = chosen(frame, params["where"])
    table = _table(rows, params)
    drawing = Drawing.of(
        params,
        " · ".join(title_of(one) for one in params["hue"]),
        coloured=numeric(rows, params["hue"]),
    )
    done = draw_lines(table, drawing)
    if params["mark"]:
        _mark(done, table, title_of(params["mark"]))
    if params["x_to"]:
        _end(done, min(float(x.min()) for x in table["x"]), params["x_to"])
    done.panels.legend([(drawing.hue_title, done.handles)])
    whole = not (params["x_relative_to"] or params["log_x"])
    return done.panels.finish(_titles(params), whole_x=whole)


def _table(rows: pd.DataFrame, params: bench.Params) -> pd.DataFrame:
    """A row a record that has both curves: `x`, `y`, `mark`, and the labels."""
    up = curve_of(rows, params["y"])
    across: list[Any]
    if params["x"] == _INDEX:
        across = [None if y is None else np.arange(len(y), dtype=float) for y in up]
    else:
        across = curve_of(rows, params["x"])
    mark = _quantity(rows, params["mark"])
    unit = _quantity(rows, params["x_relative_to"])
    if params["x_relative_to"]:
        across = [None if x is None or not m > 0 else (x - m) / m for x, m in zip(across, unit, strict=True)]
        mark = (mark - unit) / unit
    if params["y_relative"]:
        up = [None if y is None or not y[-1] > 0 else y / y[-1] for y in up]
    table = pd.DataFrame(
        {
            "x": pd.Series(across, index=rows.index, dtype="object"),
            "y": pd.Series(up, index=rows.index, dtype="object"),
            "mark": mark,
            "hue": joined(rows, params["hue"], params["names"]),
            "col": joined(rows, params["col"], params["names"], told=True),
        }
    )
    table = table[[x is not None and y is not None for x, y in zip(across, up, strict=True)]]
    if table.empty:
        raise bench.Unsupported(f"no selected record has the curves '{params['x']}' and '{params['y']}'")
    if any(len(x) != len(y) for x, y in zip(table["x"], table["y"], strict=True)):
        raise bench.UserError(
            f"the curves '{params['x']}' and '{params['y']}' differ in length", "name curves of one measure"
        )
    return table


def _quantity(rows: pd.DataFrame, name: str) -> pd.Series[float]:
    return bench.analysis.quantity(rows, name) if name else pd.Series(np.nan, index=rows.index)


def _mark(done: Drawn, table: pd.DataFrame, title: str) -> None:
    """A vertical line at each value of the mark, in a label's colour where labels differ in it."""
    grey: dict[str, Any] = {"color": "0.35", "linewidth": 1.0, "linestyle": (0, (1, 2))}
    for col, axes in done.panels:
        inside = table[table["col"] == col].dropna(subset=["mark"])
        values: dict[float, set[str]] = {}
        for value, label in zip(inside["mark"], inside["hue"], strict=True):
            values.setdefault(float(value), set()).add(str(label))
        for value, labels in sorted(values.items()):
            own = done.look.colours[min(labels)] if len(values) > 1 and len(labels) == 1 else grey["color"]
            axes.axvline(value, **{**grey, "color": own}, zorder=1)
    done.handles.append(Line2D([], [], **grey, label=inert(title)))


def _end(done: Drawn, low: float, text: str) -> None:
    """Let the x axes run from the first place that there is to the number that `text` writes."""
    try:
        high = float(text)
    except ValueError:
        raise bench.UserError(f"x_to = {text!r} is no number", "write one, or ''") from None
    for _, axes in done.panels:
        left = axes.get_xlim()[0] if axes.get_xscale() == "log" else low - 0.03 * (high - low)
        axes.set_xlim(left, high)


def _titles(params: bench.Params) -> Titles:
    x, y = title_of(params["x"]), title_of(params["y"])
    if params["x_relative_to"]:
        unit = title_of(params["x_relative_to"]).lower()
        x = f"({x[:1].lower()}{x[1:]} {MINUS} {unit}) / {unit}"
    if params["y_relative"]:
        y = f"{y} / its last value"
    return Titles(params["x_label"] or inert(x), params["y_label"] or inert(y))
