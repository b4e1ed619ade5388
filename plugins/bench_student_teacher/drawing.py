"""Figures of transition points: where they lie, and on the curves that they are read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bench import Params, Unsupported
from bench.analysis import bootstrap, column_of, select
from bench_student_teacher.cells import FEWEST_SEEDS, median
from bench_student_teacher.estimators import Estimator, transition_point
from bench_student_teacher.runs import Counting, Run, read_runs

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MARKS = "os^DvPX<>"


@dataclass(frozen=True)
class Group:
    """The runs under one label at one place: n* of each that counts, and its median's interval."""

    label: str
    runs: tuple[Run, ...]
    points: np.ndarray

    @property
    def middle(self) -> float:
        """The median of n* over runs."""
        return float(median(self.points[None])[0])

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % bootstrap interval of the median; its own ends where there are too few runs."""
        low, high = bootstrap(median, self.points, FEWEST_SEEDS)
        return (self.middle, self.middle) if low is None or high is None else (low, high)


def transition_points(frame: pd.DataFrame, params: Params) -> Figure:
    """n* against the teacher's units or the student's, with medians' intervals; a mark a label.

    Raises:
        Unsupported: where no run has a transition point.
    """
    by_height = params["x"] == "units"
    found = _grouped(frame, params, by_height=by_height)
    figure = Figure(figsize=(4.6, 3.3), layout="constrained")
    axes = figure.subplots()
    labels = sorted({group.label for group in found.values()})
    for place, label in enumerate(labels):
        mine = sorted((x, group) for (one, x), group in found.items() if one == label)
        _marks(axes, mine, (label, place, len(labels)))
    axes.set_ylim(bottom=0)
    if not by_height:
        low, high = axes.get_xlim()
        axes.plot([low, high], [low, high], color="0.45", linestyle=(0, (4, 3)), linewidth=1.0, zorder=1)
    axes.set_xlabel("Units of the student, $h$" if by_height else "Units of the teacher, $n_T$")
    axes.set_ylabel("Units at the transition, $n^*$")
    return _finished(figure, [axes], labels)


def transition_curves(frame: pd.DataFrame, params: Params) -> Figure:
    """The median error by units kept, a panel a height, with n* and its interval, and n_T dotted.

    Raises:
        Unsupported: where no run has a transition point.
    """
    found = _grouped(frame, params, by_height=True)
    labels = sorted({group.label for group in found.values()})
    heights = sorted({x for _, x in found})
    figure = Figure(figsize=(2.6 * len(heights), 2.7), layout="constrained")
    panels = figure.subplots(1, len(heights), sharey=True, squeeze=False)[0]
    colours = sns.color_palette("colorblind", len(labels))
    for axes, height in zip(panels, heights, strict=True):
        for place, label in enumerate(labels):
            if (label, height) in found:
                _curve(axes, found[label, height], colours[place])
        axes.set_yscale("log")
        axes.set_title(f"$h$ = {height:g}")
        axes.set_xlabel("Units kept, $n$")
    panels[0].set_ylabel("Mean squared error")
    return _finished(figure, list(panels), labels)


def _grouped(frame: pd.DataFrame, params: Params, *, by_height: bool) -> dict[tuple[str, float], Group]:
    """The runs that count, by label and by the teacher's or the student's number of units."""
    counting = Counting(params["curve"], params["max_floor"], params["floor_of"])
    found = read_runs(frame, params["where"], counting)
    if not found.runs:
        raise Unsupported(found.reason)
    labels = _labels(select(frame, params["where"]).rows, params["hue"])
    by = Estimator(params["estimator"], params["factor"], params["share"])
    runs: dict[tuple[str, float], list[tuple[Run, float]]] = {}
    for run in found.runs:
        if run.fate == "counted" and run.curve is not None:
            point = transition_point(run.curve, by)
            x = run.curve.height if by_height else run.teacher
            runs.setdefault((labels[run.entry], x), []).append((run, point))
    groups = {
        key: Group(key[0], tuple(run for run, _ in some), np.array([point for _, point in some]))
        for key, some in runs.items()
    }
    groups = {key: group for key, group in groups.items() if np.isfinite(group.middle)}
    if not groups:
        raise Unsupported("no selected run has a transition point")
    return groups


def _labels(rows: pd.DataFrame, hue: Sequence[str]) -> dict[str, str]:
    columns = [column_of(rows, name, ("spec.", "", "metrics.")) for name in hue]
    words = [name.rsplit(".", 1)[-1] for name in hue]
    first = rows.drop_duplicates("entry")
    return {
        str(entry): ", ".join(map(_said, words, values))
        for entry, *values in first[["entry", *columns]].itertuples(index=False, name=None)
    }


def _said(word: str, value: Any) -> str:
    return value if isinstance(value, str) else f"{word} {value:g}"


def _marks(axes: Axes, mine: Sequence[tuple[float, Group]], told: tuple[str, int, int]) -> None:
    label, place, count = told
    colour = sns.color_palette("colorblind", count)[place]
    shift = 1 + 0.012 * (2 * place - count + 1)  # labels at one place stand beside each other
    x = np.array([at * shift for at, _ in mine])
    y = np.array([group.middle for _, group in mine])
    ends = np.array([group.interval for _, group in mine])
    mark = _MARKS[place % len(_MARKS)]
    axes.plot(x, y, color=colour, marker=mark, markersize=4.5, linewidth=1.0, label=label.replace("$", r"\$"))
    axes.vlines(x, ends[:, 0], ends[:, 1], color=colour, linewidth=1.0)


def _curve(axes: Axes, group: Group, colour: Any) -> None:
    units = group.runs[0].curve.units if group.runs[0].curve is not None else np.array([])
    errors = [
        np.interp(units, run.curve.units, run.curve.errors) for run in group.runs if run.curve is not None
    ]
    axes.plot(units, np.median(errors, axis=0), color=colour, linewidth=1.4, label=group.label)
    low, high = group.interval
    axes.axvspan(low, max(high, low + 1e-9), color=colour, alpha=0.2, linewidth=0)
    axes.axvline(group.middle, color=colour, linewidth=0.7)
    for teacher in sorted({run.teacher for run in group.runs}):
        axes.axvline(teacher, color="0.35", linewidth=1.0, linestyle=(0, (1, 2)))


def _finished(figure: Figure, panels: Sequence[Axes], labels: Sequence[str]) -> Figure:
    for axes in panels:
        axes.grid(color="0.9", linewidth=0.6)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    if len(labels) > 1:
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", frameon=False, ncols=2)
    sns.despine(fig=figure)
    return figure
