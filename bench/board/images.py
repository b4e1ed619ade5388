"""How figures look, and the bytes of their files: SVG and PNG, with nothing of the day in them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png")
_STYLE: Mapping[str, Any] = {"svg.hashsalt": "prunebench", "figure.dpi": 100, "savefig.dpi": 200}
_NAMELESS: Mapping[str, Mapping[str, None]] = {"svg": {"Date": None}, "png": {"Software": None}}


@contextmanager
def paper_style() -> Iterator[None]:
    """The style of figures for papers, for as long as the context lasts."""
    import matplotlib as mpl
    import seaborn as sns

    look: Any = {**sns.axes_style("whitegrid"), **sns.plotting_context("paper"), **_STYLE}
    with mpl.rc_context(look):
        yield


def encoded(figure: Figure) -> dict[str, bytes]:
    """A figure's files by suffix, within `paper_style`; equal figures give equal SVG bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    images = {}
    for suffix in FORMATS:
        buffer = io.BytesIO()
        figure.savefig(buffer, format=suffix, metadata=dict(_NAMELESS[suffix]))
        images[suffix] = buffer.getvalue()
    return images
