"""The figure `eigenvalue-density`: histograms of eigenvalues with the densities of their laws."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure

import bench
from bench_dark_knowledge.curves import curve, with_curve
from bench_dark_knowledge.wishart_law import WishartLaw

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_LAW = "Generalised Marčenko–Pastur"  # noqa: RUF001 - two names
_COUNTS = "Counts and a semicircle"


def eigenvalue_density(params: bench.Params) -> bench.FigureFunction:
    """Draws eigenvalues of students or of random matrices, with the cubic's density and that of counts."""
    draw = _students if params["of"] == "students" else _ensembles
    return partial(draw, where=params["where"])


def _students(frame: pd.DataFrame, where: list[str]) -> Figure:
    row = with_curve(frame, where, "full_eigenvalues").to_dict("records")[0]
    figure = Figure(figsize=(8.2, 3.4), layout="constrained")
    titles = ("The whole test half", "Samples of it")
    for axes, part, title, q in zip(
        figure.subplots(1, 2), ("full", "sampled"), titles, curve(row, "spectrum_q"), strict=False
    ):
        x = curve(row, f"{part}_x")
        laws = {_LAW: curve(row, f"{part}_cubic"), _COUNTS: curve(row, f"{part}_counts")}
        _panel(axes, curve(row, f"{part}_eigenvalues"), x, laws)
        axes.set_title(f"{title}, q = {q:.2g}")
    return _finished(figure)


def _ensembles(frame: pd.DataFrame, where: list[str]) -> Figure:
    row = with_curve(frame, where, "ensemble_x").to_dict("records")[0]
    figure = Figure(figsize=(8.2, 3.0), layout="constrained")
    x, cubic = curve(row, "ensemble_x"), curve(row, "ensemble_cubic")
    q, c = curve(row, "ensemble_shown")
    panels = {
        "gaussian": ("Gaussian", {_LAW: WishartLaw(q, c).density(x)}),
        "one_hot": ("One-hot", {_LAW: cubic, _COUNTS: curve(row, "ensemble_poisson")}),
        "balanced": ("One-hot, even classes", {_LAW: cubic, _COUNTS: curve(row, "ensemble_binomial")}),
    }
    for axes, (name, (title, laws)) in zip(figure.subplots(1, 3, sharey=True), panels.items(), strict=True):
        _panel(axes, curve(row, f"ensemble_{name}"), x, laws)
        axes.set_title(title)
    figure.suptitle(f"q = {q:g}, c = {c:g}", fontsize="medium")
    return _finished(figure)


def _panel(
    axes: Axes, values: NDArray[np.float64], x: NDArray[np.float64], laws: dict[str, NDArray[np.float64]]
) -> None:
    axes.hist(
        values, bins=50, density=True, color="0.85", edgecolor="0.75", linewidth=0.5, label="Eigenvalues"
    )
    looks: tuple[dict[str, Any], ...] = ({"linestyle": "-"}, {"linestyle": (0, (5, 1.5))})
    for (name, density), look, colour in zip(
        laws.items(), looks, sns.color_palette("colorblind", 2), strict=False
    ):
        axes.plot(x, density, color=colour, linewidth=1.4, label=name, **look)
    axes.margins(x=0.02)


def _finished(figure: Figure) -> Figure:
    figure.axes[0].set_ylabel("Density")
    for axes in figure.axes:
        axes.set_ylim(bottom=0)
        axes.set_xlabel("Eigenvalue")
    handles, labels = figure.axes[-1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return figure
