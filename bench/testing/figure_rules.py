"""What a figure must do: draw records without noise, say why it cannot, and leave nothing behind."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure as Canvas

from bench.board.frame import tidy
from bench.board.images import encoded, paper_style
from bench.errors import Unsupported, UserError
from bench.registry.components import Figure
from bench.testing.check import NotApplicable, gates, require, rules
from bench.testing.common import Subject
from bench.testing.figure_frame import figure_frame

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class FigureCase(Subject[Figure]):
    """A figure on the bench."""

    def draw(self, frame: pd.DataFrame) -> Any:
        """What a fresh build draws of `frame`, in the harness's style."""
        with paper_style():
            return self.component.make(self.given)(frame)

    def drawn(self) -> Any:
        """What it draws of the kit's records; says nothing where those lack what it asks for."""
        try:
            return self.draw(figure_frame())
        except (Unsupported, UserError) as error:
            raise NotApplicable(f"the kit's records do not suffice: {error}") from None

    def image(self) -> dict[str, bytes]:
        """The files of what it draws of the kit's records."""
        made = self.drawn()
        with paper_style():
            return encoded(made)


def draws_a_figure(case: FigureCase) -> None:
    """Of records it draws a `matplotlib.figure.Figure`, whatever they are called, without warnings."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        made = case.drawn()
        require(isinstance(made, Canvas), f"it returned {type(made).__name__}, not matplotlib.figure.Figure")
        with paper_style():
            encoded(made)
    require(not heard, f"it warned: {heard[0].message if heard else ''}")


def says_why_it_draws_nothing(case: FigureCase) -> None:
    """Of no records it raises `Unsupported` with a reason."""
    try:
        case.draw(tidy([]))
    except Unsupported as error:
        require(error.reason.strip(), "of no records it raises Unsupported without a reason")
        return
    require(holds=False, sentence="of no records it draws a figure")


def leaves_its_records_alone(case: FigureCase) -> None:
    """It changes nothing of the frame, which others read too."""
    frame = figure_frame()
    columns = list(frame.columns)
    try:
        case.draw(frame)
    except (Unsupported, UserError) as error:
        raise NotApplicable(f"the kit's records do not suffice: {error}") from None
    same = list(frame.columns) == columns and frame.equals(figure_frame())
    require(same, "it changed the frame")


def draws_the_same_twice(case: FigureCase) -> None:
    """The same records give the same bytes of SVG."""
    require(case.image()["svg"] == case.image()["svg"], "the same records gave two pictures")


def leaves_no_figure_open(case: FigureCase) -> None:
    """It draws on a figure of its own; pyplot holds none afterwards."""
    before = _open()
    case.drawn()
    left = _open() - before
    for number in left:
        sys.modules["matplotlib.pyplot"].close(number)
    require(not left, "it left a figure of pyplot open; make a matplotlib.figure.Figure")


def _open() -> set[int]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot else set()


FIGURE = (
    *gates(draws_a_figure, says_why_it_draws_nothing),
    *rules(leaves_its_records_alone, draws_the_same_twice, leaves_no_figure_open),
)
