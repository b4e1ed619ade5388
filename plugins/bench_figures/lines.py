"""Lines over panels: those of one label become one, with a band."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

import bench
from bench_figures.look import Look, look
from bench_figures.panels import Panels
from bench_figures.points import labels_of
from bench_figures.summary import Summary, summary_of
from bench_figures.ticks import Scales
from bench_figures.words import inert

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Drawing:
    """How lines are drawn: the summary over records, the axes, and what the colours say."""

    summary: Summary
    scales: Scales
    hue_title: str
    coloured: bool = False

    @classmethod
    def of(cls, params: bench.Params, hue_title: str, *, coloured: bool) -> Drawing:
        """The drawing that a figure's parameters ask for; `coloured` where hues are a scale of numbers."""
        return cls(summary_of(params), Scales(params["log_x"], params["log_y"]), hue_title, coloured)


@dataclass(frozen=True)
class Drawn:
    """The panels with their lines, the look of each label, and the legend's handles so far."""

    panels: Panels
    look: Look
    handles: list[Any]


def draw_lines(table: pd.DataFrame, drawing: Drawing) -> Drawn:
    """Draw the lines of `table`: a row a record, with `x` and `y` as arrays, and labels `hue` and `col`.

    Rows of one label become one line; those that differ in `line`, where there is such a column, stay
    apart under one colour, and then without bands.
    """
    labels = labels_of(table["hue"])
    seen = look(labels, scale=drawing.coloured)
    panels = Panels(labels_of(table["col"]), drawing.scales)
    by = [name for name in ("hue", "line") if name in table]
    for col, axes in panels:
        inside = table[table["col"] == col]
        groups = [(str(key[0]), part) for key, part in inside.groupby(by, sort=True, observed=True)]
        alone = len({label for label, _ in groups}) == len(groups)
        shown = drawing if alone else replace(drawing, summary=replace(drawing.summary, band="none"))
        for label, part in groups:
            _line(axes, part, shown, (label, seen))
    handles = [
        Line2D([], [], color=seen.colours[one], linestyle=seen.dashes[one], linewidth=1.6, label=inert(one))
        for one in labels
    ]
    return Drawn(panels, seen, handles)


def aligned(part: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The x of several lines, of shape (n,), and their y, of shape (lines, n).

    Lines over one and the same x stay as they are; others are interpolated linearly to all places of
    any, each within its own ends.
    """
    lines = list(zip(part["x"], part["y"], strict=True))
    first = lines[0][0]
    if all(len(x) == len(first) and np.allclose(x, first) for x, _ in lines):
        return first, np.stack([y for _, y in lines])
    places = np.unique(np.concatenate([x for x, _ in lines]))
    return places, np.stack([_between(places, x, y) for x, y in lines])


def _line(axes: Axes, part: pd.DataFrame, drawing: Drawing, told: tuple[str, Look]) -> None:
    label, seen = told
    x, values = aligned(part)
    if drawing.scales.log_y:
        values = np.where(values > 0, values, np.nan)
    middle, low, high = drawing.summary.of(values)
    shown = x > 0 if drawing.scales.log_x else np.isfinite(x)
    x, middle, low, high = x[shown], middle[shown], low[shown], high[shown]
    mark = seen.marks[label] if len(x) <= 12 else ""
    axes.plot(
        x, middle, color=seen.colours[label], linestyle=seen.dashes[label], linewidth=1.4,
        marker=mark, markersize=4, label=inert(label),
    )  # fmt: skip
    if np.isfinite(low).any():
        axes.fill_between(x, low, high, color=seen.colours[label], alpha=0.18, linewidth=0)


def _between(places: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    order = np.argsort(x)
    found: np.ndarray = np.interp(places, x[order], y[order], left=np.nan, right=np.nan)
    return found
