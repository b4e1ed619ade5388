"""Figures of specialization: units by correlation and fan-out, and recovery of strong and weak ones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator, StrMethodFormatter

from bench import Params, Unsupported
from bench.analysis import column_of
from bench_specialization.networks import networks

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_IN_A_ROW = 4
_SHOWN = 4000


def specialization_units(frame: pd.DataFrame, params: Params) -> Figure:
    """Each student's unit by its best correlation and its fan-out norm, a panel a setting.

    Raises:
        Unsupported: where no selected record has the curves.
    """
    rows = _rows(frame, params)
    names = ("curves.student_best", "curves.fan_out")
    if not set(names) <= set(rows.columns):
        raise Unsupported("no selected record has the curves of 'specialization'")
    found = {
        label: np.concatenate([np.array(one, dtype=float).T for one in _pairs(part, names)])
        for label, part in _panels(rows, params["col"])
        if _pairs(part, names)
    }
    if not found:
        raise Unsupported("no selected record has the curves of 'specialization'")
    figure, panels = _grid(list(found))
    for axes, points in zip(panels, found.values(), strict=True):
        shown = points[:: max(1, math.ceil(len(points) / _SHOWN))]
        axes.plot(
            *shown.T, linestyle="none", marker="o", markersize=2.2, markeredgewidth=0, alpha=0.35, color="C0",
            rasterized=True,
        )  # fmt: skip
        axes.axvline(params["threshold"], color="0.45", linestyle=(0, (4, 3)), linewidth=0.8, zorder=1)
        axes.set_ylim(bottom=0)
    return _titled(figure, panels, ("Best correlation with a teacher's unit", "Fan-out norm"))


def recovery_by_unit(frame: pd.DataFrame, params: Params) -> Figure:
    """The share of networks that have recovered each of the teacher's units, a colour an epoch.

    Raises:
        Unsupported: where no selected record has such a trace.
    """
    rows = _rows(frame, params)
    found = {label: _recovered(part, params) for label, part in _panels(rows, params["col"])}
    found = {label: shares for label, shares in found.items() if shares}
    if not found:
        raise Unsupported(f"no selected record has a trace '{params['measure']}'")
    epochs = sorted({epoch for shares in found.values() for epoch in shares})
    norm = LogNorm(max(epochs[0], 1), max(epochs[-1], 2))
    colours = sns.color_palette("viridis_r", as_cmap=True)
    figure, panels = _grid(list(found))
    for axes, shares in zip(panels, found.values(), strict=True):
        for epoch, share in sorted(shares.items()):
            axes.plot(np.arange(1, len(share) + 1), share, color=colours(norm(max(epoch, 1))), linewidth=1.2)
        axes.set_ylim(-0.03, 1.03)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    bar = figure.colorbar(ScalarMappable(norm, colours), ax=panels, label="Epoch", pad=0.01)
    bar.ax.yaxis.set_major_locator(FixedLocator(epochs))
    bar.ax.yaxis.set_minor_locator(NullLocator())
    bar.ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    return _titled(figure, panels, ("Unit of the teacher, strongest first", "Share recovered"))


def _rows(frame: pd.DataFrame, params: Params) -> pd.DataFrame:
    chosen = networks(frame, params["where"])
    if chosen.rows.empty:
        raise Unsupported(chosen.reason)
    return chosen.rows


def _pairs(rows: pd.DataFrame, names: Sequence[str]) -> list[tuple[Any, ...]]:
    curves = zip(*(rows[name] for name in names), strict=True)
    return [pair for pair in curves if all(isinstance(one, tuple | list) for one in pair)]


def _recovered(rows: pd.DataFrame, params: Params) -> dict[int, np.ndarray]:
    """By epoch, the share of networks that have recovered each unit, shape (units,)."""
    seen: dict[int, list[np.ndarray]] = {}
    for points in rows["traces"]:
        for point in points:
            curve = point.get("curves", {}).get("teacher_best")
            if point["measure"] == params["measure"] and curve:
                best = np.array([np.nan if one is None else one for one in curve], dtype=float)
                seen.setdefault(point["epoch"], []).append(best >= params["threshold"])
    lengths = {len(one) for some in seen.values() for one in some}
    if len(lengths) > 1:
        raise Unsupported("the selected networks have teachers of several sizes; part them by `col`")
    return {epoch: np.mean(some, axis=0) for epoch, some in seen.items()}


def _panels(rows: pd.DataFrame, col: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows by the joined values of some columns, in their order."""
    if not col:
        yield "", rows
        return
    columns = [column_of(rows, name, ("spec.", "", "metrics.")) for name in col]
    words = [name.rsplit(".", 1)[-1].replace("_", "-") for name in col]
    words = [words[0].capitalize(), *words[1:]]
    for key, part in rows.groupby(columns, sort=True):
        yield " · ".join(_said(word, value) for word, value in zip(words, key, strict=True)), part


def _said(word: str, value: Any) -> str:
    text = value if isinstance(value, str) else f"{word} {value:g}"
    return text[:40].replace("$", r"\$")


def _grid(labels: Sequence[str]) -> tuple[Figure, list[Axes]]:
    columns = min(len(labels), _IN_A_ROW)
    lines = math.ceil(len(labels) / columns)
    width, height = (4.6, 3.3) if len(labels) == 1 else (2.5, 2.1)
    figure = Figure(figsize=(width * columns, height * lines), layout="constrained")
    panels = list(figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).flat)
    for spare in panels[len(labels) :]:
        spare.remove()
    for axes, label in zip(panels, labels, strict=False):
        axes.set_title(label)
        axes.grid(color="0.9", linewidth=0.6)
    return figure, panels[: len(labels)]


def _titled(figure: Figure, panels: Sequence[Axes], titles: tuple[str, str]) -> Figure:
    for place, axes in enumerate(panels):
        lowest = place + _IN_A_ROW >= len(panels)
        axes.tick_params(labelbottom=lowest or None)
    figure.supxlabel(titles[0], fontsize="medium")
    figure.supylabel(titles[1], fontsize="medium")
    sns.despine(fig=figure)
    return figure
