"""Curves of quantiles, as distribution functions or against other quantiles."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import bench
from bench_figures.curves import curve_of
from bench_figures.lines import Drawing, draw_lines
from bench_figures.panels import Titles, reference_line
from bench_figures.rows import chosen, joined
from bench_figures.words import inert, title_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure(params: bench.Params) -> bench.FigureFunction:
    """Draws the distribution that each curve of quantiles tells, a line a label of `hue`."""
    return partial(_draw, params=params)


def _draw(frame: pd.DataFrame, params: bench.Params) -> Figure:
    rows = chosen(frame, params["where"])
    parts = [rows.assign(curve=title_of(name), y=_objects(rows, name)) for name in params["quantiles"]]
    table = pd.concat(parts, ignore_index=True)
    table = _against(table, params["against"]) if params["against"] else _functions(table)
    table = table[[x is not None and y is not None for x, y in zip(table["x"], table["y"], strict=True)]]
    if table.empty:
        raise bench.Unsupported(f"no selected record has the curve '{params['quantiles'][0]}'")
    table = table.assign(
        hue=joined(table, params["hue"], params["names"]),
        col=joined(table, params["col"], params["names"], told=True),
    )
    if params["against"]:
        table = _centred(table)
    title = " · ".join(title_of(one) for one in params["hue"])
    done = draw_lines(table, Drawing.of(params, title, coloured=False))
    for _, axes in done.panels:
        reference_line(axes, "y=x" if params["against"] else "")
    done.panels.legend([(title, done.handles)])
    return done.panels.finish(_titles(params))


def _objects(rows: pd.DataFrame, name: str) -> pd.Series[Any]:
    return _column(curve_of(rows, name), rows)


def _column(values: list[Any], rows: pd.DataFrame) -> pd.Series[Any]:
    return pd.Series(values, index=rows.index, dtype="object")


def _functions(table: pd.DataFrame) -> pd.DataFrame:
    """Quantiles along x, their probabilities along y: 0 below all of them, and 1 above."""
    there = [y for y in table["y"] if y is not None]
    low, high = min((y[0] for y in there), default=0.0), max((y[-1] for y in there), default=0.0)
    values = [None if y is None else np.concatenate([[low], y, [high]]) for y in table["y"]]
    levels = [
        None if y is None else np.concatenate([[0], np.linspace(0, 1, len(y)), [1]]) for y in table["y"]
    ]
    columns = {"x": values, "y": levels}
    return table.assign(**{name: _column(some, table) for name, some in columns.items()})


def _against(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.assign(x=_objects(table, name))


def _centred(table: pd.DataFrame) -> pd.DataFrame:
    """The same with the median quantiles of its label as every row's x, level by level.

    Raises:
        UserError: where quantiles and those they are held against differ in number.
    """
    lengths = {len(one) for axis in ("x", "y") for one in table[axis]}
    if len(lengths) > 1:
        raise bench.UserError(f"the curves have {sorted(lengths)} quantiles", "compare as many with as many")
    groups = table.groupby(["hue", "col"], observed=True)["x"]
    middle = {key: np.median(np.stack(list(some)), axis=0) for key, some in groups}
    places = [middle[key] for key in zip(table["hue"], table["col"], strict=True)]
    return table.assign(x=_column(places, table))


def _titles(params: bench.Params) -> Titles:
    first = " and ".join(title_of(name) for name in params["quantiles"])
    if params["against"]:
        x, y = title_of(params["against"]), first
    else:
        x, y = (first if len(params["quantiles"]) == 1 else "Value"), "Share of values up to x"
    return Titles(params["x_label"] or inert(x), params["y_label"] or inert(y))
