"""Panels side by side, with one legend beside them all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import bench
from bench_figures.ticks import Scales, round_ticks, set_scales
from bench_figures.words import inert

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ALONE, _BESIDE = (4.6, 3.3), (3.3, 2.8)
_IN_A_ROW = 3
_LINE = 0.185


@dataclass(frozen=True)
class Titles:
    """The titles of the axes; `inert` texts, or an author's own."""

    x: str
    y: str


class Panels:
    """A figure with a panel for each of `labels`, in rows of three."""

    def __init__(self, labels: Sequence[str], scales: Scales, *, share: bool = True) -> None:
        columns = min(len(labels), _IN_A_ROW)
        rows = math.ceil(len(labels) / columns)
        width, height = _ALONE if len(labels) == 1 else _BESIDE
        self.figure = Figure(figsize=(width * columns, height * rows), layout="constrained")
        grid = self.figure.subplots(rows, columns, sharex=share, sharey=share, squeeze=False)
        places = list(grid.flat)
        self._axes: dict[str, Axes] = dict(zip(labels, places, strict=False))
        self._columns, self._scales = columns, scales
        for spare in places[len(labels) :]:
            spare.remove()
        for label, axes in self._axes.items():
            set_scales(axes, scales)
            if label:
                axes.set_title(inert(label))
            axes.grid(color="0.9", linewidth=0.6)

    def __iter__(self) -> Iterator[tuple[str, Axes]]:
        return iter(self._axes.items())

    def finish(self, titles: Titles, *, whole_x: bool = False) -> Figure:
        """Write the titles at the outer panels, put ticks at round numbers, and return the figure."""
        every = list(self._axes.values())
        for place, axes in enumerate(every):
            lowest = place + self._columns >= len(every)
            axes.set_xlabel(titles.x if lowest else "")
            axes.set_ylabel(titles.y if place % self._columns == 0 else "")
            axes.tick_params(labelbottom=lowest or None)
            round_ticks(axes, self._scales, whole_x=whole_x)
        sns.despine(fig=self.figure)
        return self.figure

    def widen(self, labels: Sequence[str]) -> None:
        """Make room beside the panels for lines of words, so that the panels keep their size."""
        width, height = self.figure.get_size_inches()
        self.figure.set_size_inches(width + room_of(labels), max(height, 0.7 + _LINE * len(labels)))

    def legend(self, sections: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """A legend right of the panels: of each section its title and handles; none for one handle."""
        told = [(title, handles) for title, handles in sections if len(handles) > 1]
        if not told:
            return
        self.widen([title for title, _ in told] + [handle.get_label() for _, some in told for handle in some])
        handles: list[Any] = []
        for title, some in told:
            head = [Line2D([], [], linestyle="none", label=inert(title))] if len(told) > 1 else []
            handles += [*head, *some]
        self.figure.legend(
            handles=handles,
            title=inert(told[0][0]) if len(told) == 1 else None,
            loc="outside right upper",
            frameon=False,
            alignment="left",
        )


def room_of(labels: Sequence[str]) -> float:
    """About how many inches a column of labels and their marks takes."""
    return 0.45 + 0.068 * max(map(len, labels), default=0)


def reference_line(axes: Axes, reference: str) -> None:
    """A grey line to compare with: the diagonal for "y=x", or a level; raises `UserError` for others."""
    style: dict[str, Any] = {"color": "0.45", "linestyle": (0, (4, 3)), "linewidth": 1.0, "zorder": 1}
    if not reference:
        return
    if reference.replace(" ", "") == "y=x":
        low, high = axes.get_xlim()
        if axes.get_xscale() == axes.get_yscale():
            middle = math.sqrt(low * high) if axes.get_xscale() == "log" else (low + high) / 2
            beyond = middle + 1e-3 * (high - middle)
            axes.axline((middle, middle), (beyond, beyond), **style)
            return
        axes.plot([low, high], [low, high], **style)
        return
    try:
        level = float(reference)
    except ValueError:
        raise bench.UserError(f"reference = {reference!r} is no line", "write 'y=x', or a number") from None
    axes.axhline(level, **style)
