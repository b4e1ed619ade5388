"""How figures tell categories apart: by colour, and by mark or dash as well, for print and every eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import seaborn as sns

_MARKS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
_DASHES: tuple[Any, ...] = (
    "-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)),
    (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (2, 2)), (0, (8, 1.5, 2, 1.5)),
)  # fmt: skip
_FEW = 10


@dataclass(frozen=True)
class Look:
    """The colour, mark and dash of each label, in the labels' order."""

    colours: dict[str, Any]
    marks: dict[str, str]
    dashes: dict[str, Any]


def look(labels: Sequence[str], *, scale: bool = False) -> Look:
    """A look for each label; the colours of `scale` run from light to dark, for numbers."""
    count = len(labels)
    if scale and count > 2:
        colours = sns.color_palette("viridis_r", count + 1)[1:]  # without its yellow
    elif count <= _FEW:
        colours = sns.color_palette("colorblind", count)
    else:
        colours = sns.husl_palette(count, s=0.85, l=0.55)
    return Look(
        dict(zip(labels, colours, strict=True)),
        {label: _MARKS[place % len(_MARKS)] for place, label in enumerate(labels)},
        {label: _DASHES[place % len(_DASHES)] for place, label in enumerate(labels)},
    )
