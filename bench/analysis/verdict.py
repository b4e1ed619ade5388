"""The verdict on a claim: whether the measured value agrees with what the source says."""

from __future__ import annotations

from dataclasses import dataclass

from bench.registry.contracts import Analysed
from bench.suite.schema import Claim


@dataclass(frozen=True)
class Accepted:
    """The values that agree with a claim, ends included; None is no bound on that side."""

    low: float | None
    high: float | None

    def __str__(self) -> str:
        if self.low is not None and self.high is not None:
            return f"{self.low:.6g} … {self.high:.6g}"
        if self.low is not None:
            return f"≥ {self.low:.6g}"
        return "any" if self.high is None else f"≤ {self.high:.6g}"


def accepted(claim: Claim) -> Accepted:
    """The values that agree: the claim's bounds, widened by its tolerance.

    A claim without bounds but with a tolerance has its `expected`, which is then a number, for both.
    """
    low, high, tolerance = claim.low, claim.high, claim.tolerance
    if tolerance is not None and low is None and high is None:
        low = high = float(claim.expected)
    slack = tolerance or 0.0
    return Accepted(None if low is None else low - slack, None if high is None else high + slack)


def holds(claim: Claim, analysed: Analysed) -> bool | None:
    """Whether what was measured agrees with the claim; None where there is nothing to decide by.

    The point value decides, as the sources state means, medians and shares. The interval is shown
    beside it and does not decide: a claim neither fails because few seeds make a wide interval, nor
    holds because one reaches over the bound. A claim that speaks of the interval, such as that it
    holds 0, says `decides = "interval"`: it holds where the interval has an agreeing value. Ends that
    differ by rounding alone, a relative 1e-9, agree.
    """
    bounds = accepted(claim)
    ends = (analysed.low, analysed.high) if claim.decides == "interval" else (analysed.value, analysed.value)
    lowest, highest = ends
    if lowest is None or highest is None or (bounds.low is None and bounds.high is None):
        return None
    above = bounds.low is None or highest >= bounds.low - _rounding(bounds.low)
    below = bounds.high is None or lowest <= bounds.high + _rounding(bounds.high)
    return above and below


def _rounding(bound: float) -> float:
    return 1e-9 * abs(bound)
