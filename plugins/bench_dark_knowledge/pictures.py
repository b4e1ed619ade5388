"""Figures of distilled students: predictions beside what was measured, and the predictors' skill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

import bench
from bench_dark_knowledge.curves import curve, mean_curve, with_curve
from bench_dark_knowledge.names import FORMS, SCORED

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

WORDS = {
    "no_change": "No change",
    "eq11": "Equation 11",
    "chi_soft": "Soft-only χ",
    "form12": "Form of equation 12",
    "probe": "Probe",
}
LOSSES = {"paper": "Paper's loss", "compensated": "Compensated loss"}
ESTIMATORS = SCORED[1:]
_COLOURS = dict(zip(ESTIMATORS, sns.color_palette("colorblind", len(ESTIMATORS)), strict=True))
_MARKS = dict(zip(ESTIMATORS, "osD^", strict=True))
GREY: dict[str, Any] = {"color": "0.35", "linewidth": 1.0, "zorder": 1}
DASHED = (0, (4, 3))


def predicted_accuracy(params: bench.Params) -> bench.FigureFunction:
    """Draws predicted over measured accuracy, a mark a setting, with y = x and the line of no change."""
    return partial(_predictions, where=params["where"], form=params["form"])


def distillation_ratio(params: bench.Params) -> bench.FigureFunction:
    """Draws R over w, accuracy above chance over the baseline's, measured and predicted, by T."""
    return partial(_ratios, where=params["where"], form=params["form"])


def predictor_skill(params: bench.Params) -> bench.FigureFunction:
    """Draws every predictor's mean absolute error over that of no change, for both forms of the loss."""
    return partial(_skills, where=params["where"])


def _predictions(frame: pd.DataFrame, where: list[str], form: str) -> Figure:
    rows = with_curve(frame, where, f"{form}_accuracy")
    measured = mean_curve(rows, f"{form}_accuracy")
    baseline = mean_curve(rows, f"{form}_no_change")[0]
    said = {name: mean_curve(rows, f"{form}_{name}") for name in ESTIMATORS}
    figure = Figure(figsize=(8.2, 3.3), layout="constrained")
    for axes, names in zip(figure.subplots(1, 2), (ESTIMATORS, ESTIMATORS[1:]), strict=True):
        for name in names:
            axes.scatter(measured, said[name], label=WORDS[name], **mark(name))
        axes.axline((baseline, baseline), slope=1, **GREY, linestyle=DASHED, label="Prediction = measurement")
        axes.axhline(baseline, **GREY, label=WORDS["no_change"])
        axes.set_xlabel("Measured accuracy")
        axes.xaxis.set_major_locator(MaxNLocator(5))
    figure.axes[0].set_ylabel("Predicted accuracy")
    figure.axes[0].set_title("All predictors")
    figure.axes[1].set_title("Without equation 11")
    figure.axes[1].yaxis.set_major_locator(MaxNLocator(5))
    near_the_diagonal(figure.axes[1], measured, [said[name] for name in ESTIMATORS[1:]])
    legend_beside(figure)
    return figure


def near_the_diagonal(axes: Axes, measured: NDArray[np.float64], said: Sequence[NDArray[np.float64]]) -> None:
    """Equal limits and equal scales on both axes."""
    every = np.concatenate([measured, *(one[np.isfinite(one)] for one in said)])
    margin = 0.06 * float(np.ptp(every)) + 1e-6
    limits = (float(every.min()) - margin, float(every.max()) + margin)
    axes.set(xlim=limits, ylim=limits)
    axes.set_aspect("equal")


def _ratios(frame: pd.DataFrame, where: list[str], form: str) -> Figure:
    rows = with_curve(frame, where, f"{form}_accuracy")
    temperatures, shares = mean_curve(rows, "temperatures"), mean_curve(rows, "shares")
    distinct = sorted(set(temperatures))
    figure = Figure(figsize=(8.2, 4.6), layout="constrained")
    panels = figure.subplots(2, len(distinct), sharex=True, sharey="row", squeeze=False)
    for line, names in zip(panels, (ESTIMATORS, ESTIMATORS[1:]), strict=True):
        ratios = {name: _ratio(rows, form, name) for name in ("accuracy", *names)}
        for axes, temperature in zip(line, distinct, strict=True):
            chosen = temperatures == temperature
            _lines(axes, shares[chosen], {name: ratio[chosen] for name, ratio in ratios.items()})
        line[0].set_ylabel("Ratio R to the baseline")
    for axes, temperature in zip(panels[0], distinct, strict=True):
        axes.set_title(f"T = {temperature:g}")
    for axes in panels[1]:
        axes.set_xlabel("Teacher's share w")
        axes.set_xticks([0.4, 0.6, 0.8, 1.0])
    legend_beside(figure)
    return figure


def _ratio(rows: pd.DataFrame, form: str, name: str) -> NDArray[np.float64]:
    """R at each setting: a mean over records."""
    found = []
    for row in rows.to_dict("records"):
        chance = 1 / row["metrics.student_classes"]
        above = curve(row, f"{form}_no_change")[0] - chance
        found.append((curve(row, f"{form}_{name}") - chance) / above)
    return np.asarray(np.mean(found, axis=0))


def _lines(axes: Axes, shares: NDArray[np.float64], ratios: Mapping[str, NDArray[np.float64]]) -> None:
    for name, ratio in ratios.items():
        if name == "accuracy":
            axes.plot(shares, ratio, color="0.1", marker="x", markersize=5, label="Measured", zorder=3)
        else:
            look = {"color": _COLOURS[name], "marker": _MARKS[name], "markersize": 4}
            axes.plot(shares, ratio, label=WORDS[name], linewidth=1.2, **look)
    axes.axhline(1, **GREY, linestyle=DASHED, label=WORDS["no_change"])


def _skills(frame: pd.DataFrame, where: list[str]) -> Figure:
    rows = with_curve(frame, where, f"{FORMS[0]}_accuracy")
    figure = Figure(figsize=(5.8, 3.3), layout="constrained")
    axes = figure.subplots()
    colours = sns.color_palette("colorblind", len(FORMS))
    for place, form in enumerate(FORMS):
        at = np.arange(len(ESTIMATORS)) + 0.4 * place - 0.2
        pairs = np.array(
            [[_errors(row, form, name) for name in ESTIMATORS] for row in rows.to_dict("records")]
        )
        ratio = pairs[..., 0].mean(0) / pairs[..., 1].mean(0)
        look = {"color": colours[place], "edgecolor": colours[place], "zorder": 2}
        axes.bar(at, ratio - 1, 0.36, bottom=1, label=LOSSES[form], **look)
        if len(rows) > 1:
            axes.plot(at, (pairs[..., 0] / pairs[..., 1]).T, "o", color="0.15", markersize=2.2, zorder=3)
        for x, error, tall in zip(at, pairs[..., 0].mean(0), _highest(pairs, ratio), strict=True):
            axes.annotate(
                f"{error:.3f}",
                (x, max(tall, 1.0)),
                (0, 3),
                textcoords="offset points",
                ha="center",
                fontsize="small",
            )
    axes.set_yscale("log", base=2)
    axes.yaxis.set_major_locator(LogLocator(2))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.margins(y=0.12)
    axes.axhline(1, **GREY)
    axes.set_xticks(np.arange(len(ESTIMATORS)), [WORDS[name].replace(" of ", " of\n") for name in ESTIMATORS])
    axes.grid(visible=False, axis="x")
    axes.set_ylabel("Error over that of no change")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def _errors(row: dict[Any, Any], form: str, name: str) -> tuple[float, float]:
    """Mean absolute errors of a predictor and of no change, on the settings that the former speaks of."""
    measured, said = curve(row, f"{form}_accuracy"), curve(row, f"{form}_{name}")
    there = np.isfinite(said)
    still = curve(row, f"{form}_no_change")[there]
    return float(np.abs(said[there] - measured[there]).mean()), float(np.abs(still - measured[there]).mean())


def _highest(pairs: NDArray[np.float64], ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.maximum((pairs[..., 0] / pairs[..., 1]).max(0), ratio))


def mark(name: str) -> dict[str, Any]:
    """How an estimator's marks look in a scatter."""
    return {
        "s": 22,
        "marker": _MARKS[name],
        "color": _COLOURS[name],
        "alpha": 0.8,
        "linewidths": 0,
        "zorder": 2,
    }


def legend_beside(figure: Figure) -> None:
    """The first panel's legend, beside all panels."""
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper", frameon=False)
