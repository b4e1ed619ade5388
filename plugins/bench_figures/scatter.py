"""Two quantities of records, coloured and shaped by what they are."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.lines import Line2D

import bench
from bench_figures.look import Look, look
from bench_figures.panels import Panels, Titles, reference_line
from bench_figures.points import labels_of, points
from bench_figures.rows import chosen, joined, numeric
from bench_figures.ticks import Scales
from bench_figures.words import MINUS, inert, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RHO = "\N{GREEK SMALL LETTER RHO}"
_MARK: dict[str, Any] = {
    "linestyle": "none",
    "markersize": 4.5,
    "markeredgecolor": "white",
    "markeredgewidth": 0.4,
}


def figure(params: bench.Params) -> bench.FigureFunction:
    """Draws a mark a record: colours by `hue`, shapes by `style`, or by `hue` too where there is none."""
    return partial(_draw, params=params)


def _draw(frame: pd.DataFrame, params: bench.Params) -> Figure:
    rows = chosen(frame, params["where"])
    table = points(rows, params)
    shaped = bool(params["style"])
    table = table.assign(style=joined(rows, params["style"], params["names"]) if shaped else table["hue"])
    colours = look(labels_of(table["hue"]), scale=numeric(rows, params["hue"]))
    shapes = look(labels_of(table["style"]))
    panels = Panels(labels_of(table["col"]), Scales(params["log_x"], params["log_y"]))
    for col, axes in panels:
        part = table[table["col"] == col]
        _marks(axes, part, colours, shapes)
        reference_line(axes, params["reference"])
        if params["spearman"]:
            axes.set_title(_with_rank_correlation(axes.get_title(), part))
    panels.legend(_sections(params, colours, shapes if shaped else None))
    x, y = title_of(params["x"]), title_of(params["y"])
    return panels.finish(Titles(params["x_label"] or inert(x), params["y_label"] or inert(y)))


def _marks(axes: Axes, part: pd.DataFrame, colours: Look, shapes: Look) -> None:
    for (hue, style), some in part.groupby(["hue", "style"], observed=True, sort=True):
        axes.plot(
            some["x"], some["y"], color=colours.colours[str(hue)], marker=shapes.marks[str(style)],
            alpha=0.85, label=inert(hue), **_MARK,
        )  # fmt: skip


def _with_rank_correlation(title: str, part: pd.DataFrame) -> str:
    """Spearman's ρ after the panel's title, from three records on that differ."""
    ranks = part[["x", "y"]].rank()
    rho = float(ranks["x"].corr(ranks["y"])) if len(part) >= 3 else float("nan")
    words = "" if math.isnan(rho) else f"{_RHO} = {rho:.2f}".replace("-", MINUS)
    return f"{title} ({words})" if title and words else title or words


def _sections(params: bench.Params, colours: Look, shapes: Look | None) -> list[tuple[str, list[Line2D]]]:
    hues = [
        Line2D(
            [],
            [],
            color=colour,
            marker=colours.marks[one] if shapes is None else "o",
            label=inert(one),
            **_MARK,
        )
        for one, colour in colours.colours.items()
    ]
    sections = [(" · ".join(title_of(one) for one in params["hue"]), hues)]
    if shapes is not None:
        styles = [
            Line2D([], [], color="0.4", marker=mark, label=inert(one), **_MARK)
            for one, mark in shapes.marks.items()
        ]
        sections.append((" · ".join(title_of(one) for one in params["style"]), styles))
    return sections
