"""Numbers as the board shows them."""

from __future__ import annotations

from bench.analysis.intervals import Estimate
from bench.board.metrics import Metric

MISSING = "\u2013"
MINUS = "\u2212"


def significant(value: float, digits: int = 8) -> float:
    """`value` rounded to significant digits, so that published bytes do not hang on the last bit."""
    return float(f"{value:.{digits}g}")


def share(value: float) -> str:
    """A fraction in per cent with as many digits as it needs: 0.984375 is "98.4375 %"."""
    return f"{100 * value:.6g} %"


def fixed(value: float, digits: int) -> str:
    """A number with a fixed number of decimals and a true minus sign."""
    text = f"{value:.{digits}f}" if abs(value) < 1e7 else f"{value:.3g}"
    return text.replace("-", MINUS)


def plain_number(value: float) -> str:
    """A number of unknown size, to four significant digits."""
    return f"{value:.4g}".replace("-", MINUS)


def mean_text(one: Estimate | None, digits: int = 3, scale: float = 1) -> str:
    """`mean ± half-width`; a mean of fewer than three seeds says how many it is of."""
    if one is None:
        return MISSING
    mean = fixed(scale * one.mean, digits)
    return f"{mean} (n = {one.n})" if one.half is None else f"{mean} ± {fixed(scale * one.half, digits)}"


def metric_text(one: Estimate | None, metric: Metric) -> str:
    """The primary metric with its half-width: in per cent where it is a share."""
    if metric.percent or one is None:
        return mean_text(one, 2, 100)
    mean = plain_number(one.mean)
    return f"{mean} (n = {one.n})" if one.half is None else f"{mean} ± {plain_number(one.half)}"


def duration(seconds: float | None) -> str:
    """Seconds as people say them."""
    if seconds is None:
        return MISSING
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


def seeds_text(complete: int, asked: int, draws: int = 1) -> str:
    """How many of the seeds have every sparsity, and of how many draws each is the mean."""
    return f"{complete}/{asked}" + (f", {draws} draws each" if draws > 1 else "")
