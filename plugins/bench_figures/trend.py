"""A quantity over a numeric column: centres over seeds with their intervals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

import bench
from bench_figures.look import Look, look
from bench_figures.panels import Panels, Titles, reference_line
from bench_figures.points import labels_of, points
from bench_figures.rows import chosen, numeric, renamed
from bench_figures.summary import Summary, summary_of
from bench_figures.ticks import Scales
from bench_figures.words import inert, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def figure(params: bench.Params) -> bench.FigureFunction:
    """Draws the centre of `y` at each value of `x`, a line a label of `hue`."""
    return partial(_draw, params=params)


def _draw(frame: pd.DataFrame, params: bench.Params) -> Figure:
    rows = chosen(frame, params["where"])
    table = points(rows, params)
    labels = labels_of(table["hue"])
    seen = look(labels, scale=numeric(rows, params["hue"]))
    panels = Panels(labels_of(table["col"]), Scales(params["log_x"], params["log_y"]))
    for col, axes in panels:
        for label, part in table[table["col"] == col].groupby("hue", observed=True, sort=True):
            _line(axes, part, summary_of(params), (str(label), seen))
        reference_line(axes, params["reference"])
    title = " · ".join(title_of(one) for one in params["hue"])
    panels.legend([(renamed([title], params["names"])[title], _handles(seen))])
    x, y = title_of(params["x"]), title_of(params["y"])
    return panels.finish(Titles(params["x_label"] or inert(x), params["y_label"] or inert(y)))


def _line(axes: Axes, part: pd.DataFrame, summary: Summary, told: tuple[str, Look]) -> None:
    label, seen = told
    groups = [(x, summary.one(values.to_numpy())) for x, values in part.groupby("x")["y"]]
    places = np.array([x for x, _ in groups], dtype=float)
    middle, low, high = np.array([ends for _, ends in groups]).T
    colour = seen.colours[label]
    axes.plot(
        places, middle, color=colour, linestyle=seen.dashes[label], linewidth=1.4,
        marker=seen.marks[label], markersize=4.5, label=inert(label),
    )  # fmt: skip
    barred = np.isfinite(low)
    if barred.any():
        axes.vlines(places[barred], low[barred], high[barred], color=colour, linewidth=1.0, alpha=0.8)


def _handles(seen: Look) -> list[Line2D]:
    return [
        Line2D(
            [], [], color=colour, linestyle=seen.dashes[label], marker=seen.marks[label], markersize=4.5,
            linewidth=1.4, label=inert(label),
        )
        for label, colour in seen.colours.items()
    ]  # fmt: skip
