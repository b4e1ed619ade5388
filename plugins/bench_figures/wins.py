"""How often contestants beat one other: the share of pairs won, over a numeric column."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from scipy.stats import binomtest

import bench
from bench_figures.look import Look, look
from bench_figures.panels import Panels, Titles, reference_line
from bench_figures.points import labels_of
from bench_figures.rows import chosen, joined, numeric
from bench_figures.ticks import Scales
from bench_figures.words import inert, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PAIR = ["cell", "spec.sparsity", "spec.seed"]


def figure(params: bench.Params) -> bench.FigureFunction:
    """Draws the share of pairs in which a contestant beats that of `other`, a line a label of `hue`."""
    return partial(_draw, params=params)


def _draw(frame: pd.DataFrame, params: bench.Params) -> Figure:
    table = won(frame, params)
    labels = labels_of(table["hue"])
    seen = look(labels, scale=numeric(table, ["hue"]))
    panels = Panels(labels_of(table["col"]), Scales(params["log_x"]))
    for col, axes in panels:
        for label, part in table[table["col"] == col].groupby("hue", observed=True, sort=True):
            _line(axes, part, str(label), seen)
        axes.set_ylim(-0.03, 1.03)
        reference_line(axes, params["reference"])
    handles = [
        Line2D([], [], color=colour, linestyle=seen.dashes[one], marker=seen.marks[one], markersize=4.5,
               linewidth=1.4, label=inert(one))
        for one, colour in seen.colours.items()
    ]  # fmt: skip
    panels.legend([(" · ".join(title_of(one) for one in params["hue"]), handles)])
    x = params["x_label"] or inert(title_of(params["x"]))
    return panels.finish(Titles(x, params["y_label"] or "Share of pairs won"))


def won(frame: pd.DataFrame, params: bench.Params) -> pd.DataFrame:
    """A row a pair: `x`, whether it is `won`, and the labels `hue` and `col`; ties are no wins.

    A pair is of one task, model, sparsity and seed, and with `layers` of one layer.

    Raises:
        Unsupported: where the records hold no pair.
        UserError: where `other` fits several contestants of a cell.
    """
    rows = chosen(frame, params["where"])
    other = bench.analysis.select(rows, params["other"])
    if other.rows.empty:
        raise bench.Unsupported(f"'other': {other.reason}")
    rivals = rows[~rows["entry"].isin(set(other.rows["entry"]))]
    keys = [*_PAIR, *(["layer"] if params["layers"] else [])]
    sides = []
    for side in (rivals, other.rows):
        each = bench.analysis.by_layer(side, params["metric"]) if params["layers"] else side
        sides.append(
            each.assign(value=bench.analysis.quantity(each, params["metric"])).dropna(subset="value")
        )
    one, against = sides
    if against.duplicated(keys).any():
        raise bench.UserError(
            "'other' matches several contestants of a cell", "add conditions to `other` that leave one"
        )
    pairs = one.merge(against[[*keys, "value"]], on=keys, suffixes=("", "_other"))
    if pairs.empty:
        raise bench.Unsupported(f"no pair has a value of '{params['metric']}'")
    ahead = pairs["value"] - pairs["value_other"]
    return pd.DataFrame(
        {
            "x": bench.analysis.quantity(pairs, params["x"]),
            "won": ahead > 0 if params["better"] == "higher" else ahead < 0,
            "hue": joined(pairs, params["hue"], params["names"]),
            "col": joined(pairs, params["col"], params["names"], told=True),
        }
    )


def _line(axes: Axes, part: pd.DataFrame, label: str, seen: Look) -> None:
    places, share, ends = [], [], []
    for x, inside in part.groupby("x")["won"]:
        interval = binomtest(int(inside.sum()), len(inside)).proportion_ci(method="wilson")
        places.append(float(str(x)))
        share.append(float(inside.mean()))
        ends.append((float(interval.low), float(interval.high)))
    colour, (low, high) = seen.colours[label], np.array(ends).T
    axes.plot(
        places, share, color=colour, linestyle=seen.dashes[label], linewidth=1.4,
        marker=seen.marks[label], markersize=4.5, label=inert(label),
    )  # fmt: skip
    axes.vlines(places, low, high, color=colour, linewidth=1.0, alpha=0.8)
