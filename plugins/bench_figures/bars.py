"""A quantity by category: bars at the centre, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.patches import Patch

import bench
from bench_figures.look import look
from bench_figures.panels import Panels, Titles, reference_line
from bench_figures.points import labels_of
from bench_figures.rows import chosen, joined
from bench_figures.summary import Summary, summary_of
from bench_figures.ticks import Scales
from bench_figures.words import inert, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROOM = 0.8


@dataclass(frozen=True)
class _Bars:
    """How bars stand: the order of categories, the colour of each hue, and whether they lie."""

    categories: list[str]
    colours: dict[str, Any]
    summary: Summary
    lying: bool


def figure(params: bench.Params) -> bench.FigureFunction:
    """Draws the centre of `y` over the records of each category, bars of `hue` side by side."""
    return partial(_draw, params=params)


def _draw(frame: pd.DataFrame, params: bench.Params) -> Figure:
    rows = chosen(frame, params["where"])
    table = _table(rows, params)
    lying = params["horizontal"]
    colours = look(labels_of(table["hue"])).colours
    bars = _Bars(list(labels_of(table["x"])), colours, summary_of(params), lying)
    log = params["log_y"]
    panels = Panels(labels_of(table["col"]), Scales(log and lying, log and not lying))
    for col, axes in panels:
        for place, hue in enumerate(colours):
            _hue(axes, table[(table["col"] == col) & (table["hue"] == hue)], bars, place)
        _categories(axes, bars)
        reference_line(axes, "" if lying else params["reference"])
        if lying and params["reference"]:
            axes.axvline(_level(params["reference"]), color="0.45", linestyle=(0, (4, 3)), linewidth=1.0)
    if lying:
        panels.widen([inert(one) for one in bars.categories])
    panels.legend([(_title(params["hue"]), [Patch(color=c, label=inert(one)) for one, c in colours.items()])])
    across, up = (
        params["x_label"] or inert(_title(params["x"])),
        params["y_label"] or inert(title_of(params["y"])),
    )
    return panels.finish(Titles(up, across) if lying else Titles(across, up))


def _table(rows: pd.DataFrame, params: bench.Params) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "x": joined(rows, params["x"], params["names"]),
            "y": bench.analysis.quantity(rows, params["y"]),
            "hue": joined(rows, params["hue"], params["names"]),
            "col": joined(rows, params["col"], params["names"], told=True),
        }
    ).dropna(subset=["y"])
    if table.empty:
        raise bench.Unsupported(f"no selected record has '{params['y']}'")
    return table


def _hue(axes: Axes, part: pd.DataFrame, bars: _Bars, place: int) -> None:
    groups = [
        (str(label), bars.summary.one(some.to_numpy()))
        for label, some in part.groupby("x", observed=True)["y"]
    ]
    if not groups:
        return
    label, colour = list(bars.colours.items())[place]
    width = _ROOM / len(bars.colours)
    shift = (place - (len(bars.colours) - 1) / 2) * width
    at = np.array([bars.categories.index(name) for name, _ in groups]) + shift
    middle, low, high = np.array([ends for _, ends in groups]).T
    ends = np.nan_to_num(np.stack([middle - low, high - middle])).clip(min=0)
    error: dict[str, Any] = {"ecolor": "0.25", "error_kw": {"elinewidth": 1.0}}
    if bars.lying:
        axes.barh(at, middle, 0.92 * width, xerr=ends, color=colour, label=inert(label), **error)
    else:
        axes.bar(at, middle, 0.92 * width, yerr=ends, color=colour, label=inert(label), **error)


def _categories(axes: Axes, bars: _Bars) -> None:
    places, labels = range(len(bars.categories)), [inert(one) for one in bars.categories]
    if bars.lying:
        axes.set_yticks(places, labels)
        axes.set_ylim(len(places) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        return
    crowded = sum(map(len, labels)) > 32
    axes.set_xticks(places, labels, rotation=35 if crowded else 0, ha="right" if crowded else "center")
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.grid(visible=False, axis="x")


def _level(reference: str) -> float:
    try:
        return float(reference)
    except ValueError:
        raise bench.UserError(f"reference = {reference!r} is no level", "write a number") from None


def _title(columns: list[str]) -> str:
    return " · ".join(title_of(one) for one in columns)
