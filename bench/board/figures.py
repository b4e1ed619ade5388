"""Figures for papers: each chart of a cell as SVG and PNG, drawn with seaborn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.analysis.intervals import Estimate
from bench.board.cells import Cell, Point
from bench.board.images import FORMATS, encoded, paper_style
from bench.board.retention import halvings
from bench.board.text import slug
from bench.store.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FEW, _SHORT = 8, 40
_DENSITIES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001)


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
        figure = Figure(figsize=(5.2, 3.6), layout="constrained")
        axes = figure.subplots()
        _series(axes, cell, across, up)
        _reference(axes, cell, up)
        axes.set(xlabel=across.title, ylabel=up.title)
        if across.field == "achieved":
            _sparsity_ticks(axes)
        sns.despine(fig=figure)
        yield from encoded(figure).values()


def _series(axes: Axes, cell: Cell, across: _Axis, up: _Axis) -> None:
    import pandas as pd
    import seaborn as sns

    labels = {one.entry: _inert(one.label) for one in cell.standings}
    rows = [
        {"entry": labels[one.entry], "x": place[0], "y": place[1], "half": place[2]}
        for one in cell.standings
        for point in one.points
        if (place := _place(point, across, up)) is not None
    ]
    if not rows:
        return
    data = pd.DataFrame(rows)
    order = list(dict.fromkeys(data["entry"]))
    palette = dict(zip(order, sns.color_palette("colorblind", len(order)), strict=True))
    sns.lineplot(
        data=data, x="x", y="y", hue="entry", style="entry", markers=True, dashes=False, palette=palette,
        hue_order=order, style_order=order, estimator=None, errorbar=None, sort=False, ax=axes,
    )  # fmt: skip
    barred = data.dropna(subset=["half"])
    for entry, part in barred.groupby("entry", sort=False):
        axes.errorbar(
            part["x"], part["y"], yerr=part["half"], fmt="none", ecolor=palette[entry], elinewidth=1
        )
    _legend(axes, order)


def _legend(axes: Axes, labels: Sequence[str]) -> None:
    """The legend within the axes, or beside them where it is large; the figure then grows with it."""
    longest = max(map(len, labels))
    if len(labels) <= _FEW and longest <= _SHORT:
        axes.legend(title=None, frameon=False)
        return
    handles, names = axes.get_legend_handles_labels()
    axes.get_legend().remove()  # type: ignore[union-attr]
    figure = axes.figure.get_figure(root=True)
    width, height = figure.get_size_inches()
    figure.set_size_inches(width + 0.7 + 0.08 * longest, max(height, 0.5 + 0.2 * len(labels)))
    figure.legend(handles, names, loc="outside right upper", frameon=False)


def _place(point: Point, across: _Axis, up: _Axis) -> tuple[float, float, float | None] | None:
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
    axes.axhline(dense.mean * up.scale, color="0.4", linestyle="--", linewidth=1, zorder=0)
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
