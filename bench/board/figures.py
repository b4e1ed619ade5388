"""Figures for papers: each chart of a cell as SVG and PNG, in seaborn's style and colours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.analysis.intervals import Estimate
from bench.board.cells import Cell, Point, Standing
from bench.board.images import FORMATS, encoded, paper_style
from bench.board.retention import halvings
from bench.board.text import slug
from bench.store.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FEW = 8
_MARKERS = "osDv^PX*"
_GREY = "0.72"
_SIZE = (5.2, 3.4)
_LINE = 80
_DENSITIES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001)


_Place = tuple[float, float, float | None]


@dataclass(frozen=True)
class _Axis:
    """What stands along an axis: a field of `Point`, its title, and the factor it is shown by."""

    field: str
    title: str
    scale: float = 1


def figure_names(cell: Cell) -> tuple[str, ...]:
    """The paths of a cell's figures below the board's folder."""
    parts = [slug(cell.suite), slug(cell.task), slug(cell.model), cell.key[:8]]
    stem = f"figures/{'-'.join(parts)}"
    return tuple(f"{stem}--{kind}.{suffix}" for kind, _, _ in _kinds(cell) for suffix in FORMATS)


def write_figures(cell: Cell, out: Path) -> None:
    """Draw a cell's figures and write them below `out`; equal standings give equal SVG bytes.

    Raises:
        OSError: where a file cannot be written.
    """
    names = iter(figure_names(cell))
    for _, across, up in _kinds(cell):
        for data in _drawn(cell, across, up):
            write_atomically(out / next(names), data)


def _kinds(cell: Cell) -> Iterator[tuple[str, _Axis, _Axis]]:
    percent = cell.metric.percent
    metric = _Axis("primary", cell.metric.label + (" (%)" if percent else ""), 100 if percent else 1)
    sparsity, error = _Axis("achieved", "Sparsity (%)"), _Axis("spectral", "Spectral-norm error")
    yield f"{cell.metric.name}-sparsity", sparsity, metric
    yield "spectral-error-sparsity", sparsity, error
    yield f"{cell.metric.name}-spectral-error", error, metric


def _drawn(cell: Cell, across: _Axis, up: _Axis) -> Iterator[bytes]:
    import seaborn as sns
    from matplotlib.figure import Figure

    with paper_style():
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.subplots()
        axes.grid(visible=False, axis="x")
        _reference(axes, cell, up)
        _series(axes, cell, across, up)
        axes.set(xlabel=across.title, ylabel=up.title)
        if across.field == "achieved":
            _sparsity_ticks(axes)
        sns.despine(fig=figure)
        _legend(figure, axes)
        yield from encoded(figure).values()


def _followed(cell: Cell) -> tuple[str, ...]:
    """The entries that are told apart: all where they are few, else the first of those on the front."""
    if len(cell.standings) <= _FEW:
        return tuple(one.entry for one in cell.standings)
    leading = {row for row, _ in cell.front}
    return tuple(one.entry for row, one in enumerate(cell.standings) if row in leading)[:_FEW]


def _series(axes: Axes, cell: Cell, across: _Axis, up: _Axis) -> None:
    """The entries as lines through their means; the others of many in grey, and behind."""
    import seaborn as sns

    followed, drawn = _followed(cell), {one.entry: _places(one, across, up) for one in cell.standings}
    others = [places for entry, places in drawn.items() if places and entry not in followed]
    for number, places in enumerate(others):
        xs, ys, _ = zip(*places, strict=True)
        label = f"{len(others)} others" if number == 0 else None
        axes.plot(xs, ys, color=_GREY, linewidth=0.6, label=label, zorder=1)
    palette = sns.color_palette("colorblind", _FEW)
    labels = {one.entry: _inert(one.label) for one in cell.standings}
    for number, entry in enumerate(followed):
        if drawn[entry]:
            look = {"color": palette[number], "marker": _MARKERS[number], "label": labels[entry]}
            _line(axes, drawn[entry], look)
    bars = 0 if others else 1
    ends = [
        y + sign * bars * (half or 0)
        for places in drawn.values()
        for _, y, half in places
        for sign in (-1, 1)
    ]
    if ends:
        _limit(axes, cell, up, ends)


def _line(axes: Axes, places: Sequence[_Place], look: Mapping[str, Any]) -> None:
    xs, ys, halves = zip(*places, strict=True)
    axes.plot(xs, ys, **look, linewidth=1.3, markersize=5, markeredgecolor="white", markeredgewidth=0.7)
    barred = [place for place in places if place[2] is not None]
    if barred:
        xs, ys, halves = zip(*barred, strict=True)
        axes.errorbar(xs, ys, yerr=halves, fmt="none", ecolor=look["color"], elinewidth=0.9, capsize=1.5)


def _limit(axes: Axes, cell: Cell, up: _Axis, ends: Sequence[float]) -> None:
    """Axes around what is drawn: an error starts at 0, and a share ends at 0 and 100 %."""
    low, high = min(ends), max(ends)
    room = 0.06 * ((high - low) or abs(high) or 1.0)
    low, high = low - room, high + room
    if up.field == "primary" and cell.metric.percent:
        low, high = max(low, -1.0), min(high, 101.0)
    axes.set_ylim(0 if up.field == "spectral" else low, high)


def _legend(figure: Figure, axes: Axes) -> None:
    """The legend below the axes, in as many columns as its labels leave room for."""
    handles, labels = axes.get_legend_handles_labels()
    if not labels:
        return
    order = sorted(range(len(labels)), key=lambda index: handles[index].get_zorder() == 1)
    columns = max(1, min(3, int(_LINE / (max(map(len, labels)) + 6))))
    width, height = _SIZE
    figure.set_size_inches(width, height + 0.17 * math.ceil(len(labels) / columns))
    figure.legend(
        [handles[index] for index in order], [labels[index] for index in order],
        loc="outside lower center", ncols=columns, frameon=False,
    )  # fmt: skip


def _places(one: Standing, across: _Axis, up: _Axis) -> list[_Place]:
    return [place for point in one.points if (place := _place(point, across, up)) is not None]


def _place(point: Point, across: _Axis, up: _Axis) -> _Place | None:
    first, second = (getattr(point, axis.field) for axis in (across, up))
    if not isinstance(first, Estimate) or not isinstance(second, Estimate):
        return None
    x = halvings(first.mean) if across.field == "achieved" else first.mean * across.scale
    half = None if second.half is None else second.half * up.scale
    return None if x is None else (x, second.mean * up.scale, half)


def _reference(axes: Axes, cell: Cell, up: _Axis) -> None:
    dense = cell.dense.estimate
    if up.field != "primary" or dense is None:
        return
    axes.axhline(
        dense.mean * up.scale, color="0.35", linestyle=(0, (5, 3)), linewidth=0.9, label="dense", zorder=0
    )
    if dense.low is not None and dense.high is not None:
        axes.axhspan(dense.low * up.scale, dense.high * up.scale, color="0.4", alpha=0.12, zorder=0, lw=0)


def _sparsity_ticks(axes: Axes) -> None:
    low, high = axes.get_xlim()
    places = [(halvings(1 - density), 100 * (1 - density)) for density in _DENSITIES]
    kept = [(place, f"{value:g}") for place, value in places if place is not None and low <= place <= high]
    axes.set_xticks([place for place, _ in kept], [label for _, label in kept])
    axes.set_xlim(low, high)


def _inert(label: str) -> str:
    """`label` without what matplotlib would read as mathematics, or as 'not in the legend'."""
    plain = label.encode("latin-1", "replace").decode("latin-1").replace("$", r"\$")
    return f" {plain}" if plain.startswith("_") else plain
