"""Figures of distilled students: spectra with their laws, and predictions beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

import bench
from bench_dark_knowledge.names import SCORED

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
_GREY: dict[str, Any] = {"color": "0.45", "linestyle": (0, (4, 3)), "linewidth": 1.0, "zorder": 1}


def eigenvalue_density(params: bench.Params) -> bench.FigureFunction:
    """Draws the histogram of students' eigenvalues, with the law of their accuracy and that of counts."""
    return partial(_densities, where=params["where"])


def predicted_accuracy(params: bench.Params) -> bench.FigureFunction:
    """Draws predicted over measured accuracy, a mark a setting, with y = x and the line of no change."""
    return partial(_predictions, where=params["where"], form=params["form"])


def distillation_ratio(params: bench.Params) -> bench.FigureFunction:
    """Draws R over w, accuracy above chance over the baseline's, measured and predicted, by T."""
    return partial(_ratios, where=params["where"], form=params["form"])


def predictor_skill(params: bench.Params) -> bench.FigureFunction:
    """Draws the mean absolute error of every predictor, for both forms of the loss."""
    return partial(_skills, where=params["where"])


def _rows(frame: pd.DataFrame, where: list[str], curve: str) -> pd.DataFrame:
    selected = bench.analysis.select(frame, where)
    if selected.rows.empty:
        raise bench.Unsupported(selected.reason)
    name = f"curves.{curve}"
    rows = selected.rows
    rows = rows[[isinstance(one, tuple) for one in rows[name]]] if name in rows else rows.iloc[:0]
    if rows.empty:
        raise bench.Unsupported(f"no selected record has the curve '{curve}' of distilled-students")
    return rows


def _curve(row: dict[Any, Any], name: str) -> NDArray[np.float64]:
    return np.array([np.nan if one is None else one for one in row[f"curves.{name}"]], dtype=np.float64)


def _records(rows: pd.DataFrame) -> Iterator[dict[Any, Any]]:
    yield from rows.to_dict("records")


def _densities(frame: pd.DataFrame, where: list[str]) -> Figure:
    rows = _rows(frame, where, "full_eigenvalues")
    row = next(_records(rows))
    figure = Figure(figsize=(8.2, 3.0), layout="constrained")
    q = _curve(row, "spectrum_q")
    for axes, part, own in zip(figure.subplots(1, 2), ("full", "sampled"), q, strict=False):
        values, x = _curve(row, f"{part}_eigenvalues"), _curve(row, f"{part}_x")
        axes.hist(values, bins=40, density=True, color="0.85", edgecolor="0.7", label="Students")
        axes.plot(x, _curve(row, f"{part}_cubic"), color="C0", label="Law of the accuracy")
        axes.plot(x, _curve(row, f"{part}_counts"), color="C1", label="Counts and a semicircle")
        axes.set_title(f"q = {own:.3f}")
        axes.set_xlabel("Eigenvalue of C·H")
    figure.axes[0].set_ylabel("Density")
    figure.axes[-1].legend(frameon=False)
    return figure


def _predictions(frame: pd.DataFrame, where: list[str], form: str) -> Figure:
    rows = _rows(frame, where, f"{form}_accuracy")
    figure = Figure(figsize=(5.2, 3.6), layout="constrained")
    axes = figure.subplots()
    for place, name in enumerate(SCORED[1:]):
        measured = np.concatenate([_curve(row, f"{form}_accuracy") for row in _records(rows)])
        foreseen = np.concatenate([_curve(row, f"{form}_{name}") for row in _records(rows)])
        axes.scatter(measured, foreseen, s=22, marker="osD^"[place], color=f"C{place}", label=WORDS[name])
    baseline = float(np.mean([_curve(row, f"{form}_no_change")[0] for row in _records(rows)]))
    axes.axline((baseline, baseline), slope=1, **_GREY)
    axes.axhline(baseline, color="0.7", linewidth=1.0, zorder=1, label=WORDS["no_change"])
    axes.set(xlabel="Measured accuracy", ylabel="Predicted accuracy")
    figure.legend(loc="outside right upper", frameon=False)
    return figure


def _ratios(frame: pd.DataFrame, where: list[str], form: str) -> Figure:
    rows = _rows(frame, where, f"{form}_accuracy")
    row = next(_records(rows))
    temperatures, shares = _curve(row, "temperatures"), _curve(row, "shares")
    above = _curve(row, f"{form}_no_change")[0] - 1 / row["metrics.student_classes"]
    figure = Figure(figsize=(8.2, 2.9), layout="constrained")
    distinct = sorted(set(temperatures))
    panels = np.atleast_1d(figure.subplots(1, len(distinct), sharey=True))
    for axes, temperature in zip(panels, distinct, strict=True):
        _ratio(axes, row, form, (temperatures == temperature, shares, above))
        axes.set_title(f"T = {temperature:g}")
        axes.set_xlabel("Teacher's share w")
    figure.axes[0].set_ylabel("R, over the baseline's")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper", frameon=False)
    return figure


def _ratio(axes: Axes, row: dict[Any, Any], form: str, of: tuple[Any, Any, float]) -> None:
    chosen, shares, above = of
    chance = 1 / row["metrics.student_classes"]
    measured = (_curve(row, f"{form}_accuracy")[chosen] - chance) / above
    axes.plot(shares[chosen], measured, color="0.1", marker="o", label="Measured")
    for place, name in enumerate(SCORED[1:]):
        ratio = (_curve(row, f"{form}_{name}")[chosen] - chance) / above
        axes.plot(
            shares[chosen], ratio, color=f"C{place}", marker="osD^"[place], markersize=4, label=WORDS[name]
        )
    axes.axhline(1, **_GREY)


def _skills(frame: pd.DataFrame, where: list[str]) -> Figure:
    rows = _rows(frame, where, "paper_accuracy")
    figure = Figure(figsize=(5.6, 3.2), layout="constrained")
    axes = figure.subplots()
    at = np.arange(len(SCORED))
    for place, form in enumerate(("paper", "compensated")):
        errors = [float(rows[f"metrics.{form}_mae_{name}"].mean()) for name in SCORED]
        label = "Paper's loss" if form == "paper" else "Compensated loss"
        axes.bar(at + 0.4 * place - 0.2, errors, 0.36, color=f"C{place}", label=label)
    axes.set_xticks(at, [WORDS[name] for name in SCORED], rotation=20, ha="right")
    axes.set_yscale("log")
    axes.set_ylabel("Mean absolute error")
    axes.legend(frameon=False)
    return figure
