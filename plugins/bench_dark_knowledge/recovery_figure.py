"""The figure `foreseen-recovery`: what pruned networks gained from their parent, and what was foreseen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

import bench
from bench_dark_knowledge.foresight import Gains, foreseen, measured
from bench_dark_knowledge.pictures import (
    DASHED,
    ESTIMATORS,
    GREY,
    WORDS,
    legend_beside,
    mark,
    near_the_diagonal,
)
from bench_dark_knowledge.recovery import recoveries

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_POINTS = 100


def foreseen_recovery(params: bench.Params) -> bench.FigureFunction:
    """Draws foreseen over measured gains, a column a pruner, with y = x and the line of no change."""
    return partial(_recovery, where=params["where"])


def _recovery(frame: pd.DataFrame, where: list[str]) -> Figure:
    selected = bench.analysis.select(frame, where)
    table = recoveries(selected.rows) if not selected.rows.empty else selected.rows
    if table.empty:
        raise bench.Unsupported(selected.reason or "no taught trial has a partner taught by labels")
    parts = {str(pruner): Gains.of(rows) for pruner, rows in table.groupby("pruner", sort=True)}
    parts = {pruner: gains for pruner, gains in parts.items() if _drawable(gains)}
    if not parts:
        raise bench.Unsupported("no seed has all settings, with accuracies on both halves of the test split")
    figure = Figure(figsize=(2.0 + 2.3 * len(parts), 5.0), layout="constrained")
    panels = figure.subplots(2, len(parts), squeeze=False)
    for column, (pruner, gains) in zip(panels.T, parts.items(), strict=True):
        _panel(column[0], gains, ESTIMATORS)
        _panel(column[1], gains, ESTIMATORS[1:])
        column[0].set_title(pruner)
        column[1].set_xlabel("Measured gain (points)")
    for line in panels:
        line[0].set_ylabel("Foreseen gain (points)")
    legend_beside(figure)
    return figure


def _drawable(gains: Gains) -> bool:
    return bool(len(gains.values)) and bool(np.isfinite(measured(gains.values.mean(0))).all())


def _panel(axes: Axes, gains: Gains, names: tuple[str, ...]) -> None:
    means = gains.values.mean(0)
    truth = _POINTS * measured(means)
    said = {name: _POINTS * foreseen(gains, means, name.replace("_", "-")) for name in names}
    for name, values in said.items():
        axes.scatter(truth, values, label=WORDS[name], **mark(name))
    axes.axline((0, 0), slope=1, **GREY, linestyle=DASHED, label="Foreseen = measured")
    axes.axhline(0, **GREY, label=WORDS["no_change"])
    axes.xaxis.set_major_locator(MaxNLocator(4))
    if "eq11" not in names:
        near_the_diagonal(axes, truth, [*said.values(), np.zeros(1)])
        axes.yaxis.set_major_locator(MaxNLocator(4))
