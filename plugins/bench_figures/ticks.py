"""Axes: titles, scales, and logarithmic ticks at round numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

_ROUND = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8))
_MOST = 7


@dataclass(frozen=True)
class Scales:
    """Whether the axes are logarithmic."""

    log_x: bool = False
    log_y: bool = False


def set_scales(axes: Axes, scales: Scales) -> None:
    """Make the axes what they are to be, before anything is drawn on them."""
    if scales.log_x:
        axes.set_xscale("log")
    if scales.log_y:
        axes.set_yscale("log")


def round_ticks(axes: Axes, scales: Scales, *, whole_x: bool = False) -> None:
    """Put ticks at round numbers, after all is drawn; those of `whole_x` at whole numbers."""
    if scales.log_x:
        _log(axes.xaxis, axes.get_xlim())
    elif whole_x:
        axes.xaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True))
    if scales.log_y:
        _log(axes.yaxis, axes.get_ylim())


def _log(axis: Axis, limits: tuple[float, float]) -> None:
    low, high = sorted(limits)
    places = _places(low, high)
    axis.set_major_locator(FixedLocator(places))
    axis.set_major_formatter(FuncFormatter(_power if _wide(places) else lambda value, _: f"{value:g}"))
    if high / low < 1e6:
        axis.set_minor_locator(LogLocator(subs=range(2, 10), numticks=50))
    axis.set_minor_formatter(NullFormatter())
    axis.grid(visible=False, which="minor")


def _places(low: float, high: float) -> list[float]:
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    found: list[float] = []
    for digits in _ROUND:
        finer = [digit * 10.0**power for power in powers for digit in digits]
        finer = [place for place in finer if low <= place <= high]
        if found and len(finer) > _MOST:
            break
        found = finer
        if len(found) >= 4:
            break
    return found[:: max(1, math.ceil(len(found) / _MOST))]


def _wide(places: list[float]) -> bool:
    return any(not 1e-3 <= place < 1e5 for place in places)


def _power(value: float, _: Any) -> str:
    power = math.floor(math.log10(value) + 1e-9)
    digit = value / 10.0**power
    times = "" if abs(digit - 1) < 1e-6 else rf"{digit:g}\times"
    return rf"${times}10^{{{power}}}$"
