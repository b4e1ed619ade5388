"""A quantity over two columns, as colours and numbers."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.colors import LogNorm, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure

import bench
from bench_figures.panels import room_of
from bench_figures.points import labels_of
from bench_figures.rows import chosen, joined
from bench_figures.summary import Summary
from bench_figures.words import inert, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def figure(params: bench.Params) -> bench.FigureFunction:
    """Draws the centre of `value` in each pair of categories."""
    return partial(_draw, params=params)


def _draw(frame: pd.DataFrame, params: bench.Params) -> Figure:
    rows = chosen(frame, params["where"])
    table = _table(rows, params)
    panels = labels_of(table["col"])
    grids = {col: _grid(table[table["col"] == col], params["centre"]) for col in panels}
    norm = _norm(np.concatenate([grid.to_numpy().ravel() for grid in grids.values()]), params)
    high, wide = next(iter(grids.values())).shape
    figure = Figure(
        figsize=(1.2 + room_of(list(grids[panels[0]].index)) + 0.56 * wide * len(panels), 1.2 + 0.32 * high),
        layout="constrained",
    )
    every = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for place, (col, axes) in enumerate(zip(panels, every, strict=True)):
        _panel(axes, grids[col], norm)
        across = params["x_label"] or inert(_title(params["x"]))
        up = params["y_label"] or inert(_title(params["y"]))
        axes.set(title=inert(col), xlabel=across, ylabel=up if place == 0 else "")
    label = params["value_label"] or inert(title_of(params["value"]))
    figure.colorbar(every[0].collections[0], ax=list(every), label=label)
    return figure


def _table(rows: pd.DataFrame, params: bench.Params) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "x": joined(rows, params["x"], params["names"]),
            "y": joined(rows, params["y"], params["names"]),
            "value": bench.analysis.quantity(rows, params["value"]),
            "col": joined(rows, params["col"], params["names"], told=True),
        }
    ).dropna(subset=["value"])
    if params["log_colour"]:
        table = table[table["value"] > 0]
    if table.empty:
        raise bench.Unsupported(f"no selected record has '{params['value']}'")
    return table


def _grid(part: pd.DataFrame, centre: str) -> pd.DataFrame:
    """The centre of each cell; rows are `y`, columns `x`, all categories of both."""
    summary = Summary(centre, "none")
    cells = part.groupby(["y", "x"], observed=False)["value"]
    found = cells.agg(lambda some: summary.one(some.to_numpy())[0] if len(some) else np.nan)
    return found.unstack("x")


def _norm(values: np.ndarray, params: bench.Params) -> Normalize:
    there = values[np.isfinite(values)]
    low, high = float(there.min()), float(there.max())
    if params["log_colour"]:
        return LogNorm(low, high)
    if not params["middle"]:
        return Normalize(low, high)
    try:
        middle = float(params["middle"])
    except ValueError:
        raise bench.UserError(f"middle = {params['middle']!r} is no number", "write one, or ''") from None
    reach = max(abs(high - middle), abs(middle - low)) or 1.0
    return TwoSlopeNorm(middle, middle - reach, middle + reach)


def _panel(axes: Axes, grid: pd.DataFrame, norm: Normalize) -> None:
    colours = "vlag" if isinstance(norm, TwoSlopeNorm) else "crest"
    shown: Any = grid.rename(index=inert, columns=inert)
    sns.heatmap(
        shown, ax=axes, cmap=colours, norm=norm, annot=True, fmt=_format(norm), cbar=False, linewidths=0.6,
        annot_kws={"fontsize": 7},
    )  # fmt: skip
    axes.tick_params(axis="y", labelrotation=0)


def _format(norm: Normalize) -> str:
    """As many decimals as tell the values apart: three below one, fewer above."""
    largest = max(abs(norm.vmin or 0.0), abs(norm.vmax or 0.0))
    if isinstance(norm, LogNorm) or not 0.01 <= largest < 1e5:
        return ".2g"
    return f".{max(0, 2 - math.floor(math.log10(largest))) if largest >= 1 else 3}f"


def _title(columns: list[str]) -> str:
    return " · ".join(title_of(one) for one in columns)
