"""The figures of suites: asked of plugins, drawn from records, and their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.board.images import FORMATS, encoded, paper_style
from bench.engine.blame import blamed
from bench.errors import TrialFault, Unsupported, UserError
from bench.registry.catalog import Catalog
from bench.registry.components import Component
from bench.store.atomic import write_atomically
from bench.suite.load import LoadedSuite
from bench.suite.schema import Figure

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas as pd

FOLDER = "figures/claims"


@dataclass(frozen=True)
class Sketch:
    """A figure of a suite, with the component that is to draw it."""

    suite: str
    figure: Figure
    component: Component

    def file(self, suffix: str) -> str:
        """The name of the figure's file: no two figures of any suites share one."""
        return f"{self.suite}--{self.figure.id}.{suffix}"


@dataclass(frozen=True)
class Picture:
    """What came of a sketch: its images by suffix, or why there are none.

    `reason` says why there is nothing to draw; `fault` that the component could not do its work.
    """

    sketch: Sketch
    images: Mapping[str, bytes] = field(default_factory=dict)
    reason: str = ""
    fault: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its files, in the order of `FORMATS`; none where it was not drawn."""
        return tuple(self.sketch.file(suffix) for suffix in FORMATS if suffix in self.images)


def sketches(suite: LoadedSuite, catalog: Catalog) -> tuple[Sketch, ...]:
    """The figures of a suite with their components; nothing is drawn yet.

    Raises:
        UserError: for an unknown figure or parameter, naming the table.
    """
    return tuple(
        _sketch(suite, figure, f"{suite.where}: [[figure]] {number}", catalog)
        for number, figure in enumerate(suite.file.figure, start=1)
    )


def drawn(sketch: Sketch, frame: pd.DataFrame) -> Picture:
    """A sketch drawn from the tidy frame of the records that count; a fault costs this figure alone."""
    if frame.empty:
        return Picture(sketch, reason="no records")
    name = f"figure '{sketch.component.name}'"
    try:
        with blamed(name, passing=(UserError,)), paper_style():
            draw = sketch.component.make(sketch.figure.params)
            return Picture(sketch, encoded(_checked(draw(frame.copy()))))
    except Unsupported as error:
        return Picture(sketch, reason=error.reason)
    except UserError as error:
        hint = f" ({error.hint})" if error.hint else ""
        return Picture(sketch, fault=f"{name}: {error.message}{hint}")
    except TrialFault as error:
        return Picture(sketch, fault=str(error))


def write_pictures(pictures: Iterable[Picture], folder: Path) -> list[Path]:
    """Write the files of `pictures` into `folder`, and return their paths; raises `OSError`."""
    written = []
    for picture in pictures:
        for suffix, data in picture.images.items():
            written.append(folder / picture.sketch.file(suffix))
            write_atomically(written[-1], data)
    return written


def _sketch(suite: LoadedSuite, figure: Figure, where: str, catalog: Catalog) -> Sketch:
    component = catalog.get("figure", figure.figure, where)
    try:
        component.resolve(figure.params)
    except UserError as error:
        raise UserError(f"{where}: {error.message}", error.hint) from None
    return Sketch(suite.file.name, figure, component)


def _checked(made: object) -> matplotlib.figure.Figure:
    from matplotlib.figure import Figure as Canvas

    if not isinstance(made, Canvas):
        raise TypeError(f"returned {type(made).__name__}, not matplotlib.figure.Figure")
    return made
