"""What an analysis must do: state nothing where there is nothing, and the same thing twice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.board.frame import tidy
from bench.registry.components import Analysis
from bench.registry.contracts import Analysed
from bench.testing.check import gates, require, rules
from bench.testing.common import Subject

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AnalysisCase(Subject[Analysis]):
    """An analysis on the bench."""

    def state(self, frame: pd.DataFrame) -> Any:
        """What a fresh build says of `frame`."""
        made: Any = self.component.make(self.params)
        return made(frame)


def states_nothing_of_no_records(case: AnalysisCase) -> None:
    """Of no records it says `value=None`, without an error."""
    analysed = case.state(tidy([]))
    require(isinstance(analysed, Analysed), f"it returned {type(analysed).__name__}, not Analysed")
    require(analysed.value is None, f"of no records it says {analysed.value}")


def gives_plain_numbers(case: AnalysisCase) -> None:
    """Value, interval and details are finite numbers, text or None."""
    analysed = case.state(tidy([]))
    for name, value in {"low": analysed.low, "high": analysed.high, **analysed.details}.items():
        plain = value is None or isinstance(value, int | float | str)
        require(plain, f"{name} is {type(value).__name__}, not a plain number or text")
        require(not isinstance(value, float) or math.isfinite(value), f"{name} is {value}")


def leaves_the_frame_alone(case: AnalysisCase) -> None:
    """It changes no column of the frame, which other analyses read too."""
    frame = tidy([])
    columns = list(frame.columns)
    case.state(frame)
    require(list(frame.columns) == columns and frame.empty, "it changed the frame")


def repeats_itself(case: AnalysisCase) -> None:
    """The same records give the same statement, bootstrap included."""
    require(case.state(tidy([])) == case.state(tidy([])), "the same records gave two statements")


ANALYSIS = (
    *gates(states_nothing_of_no_records, gives_plain_numbers),
    *rules(leaves_the_frame_alone, repeats_itself),
)
