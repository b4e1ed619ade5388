"""Whether a quantity rises or falls along a column: the largest step against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import Analysed, UserError
from bench.analysis import bootstrap, column_of, quantity, select

if TYPE_CHECKING:
    import pandas as pd

_FEWEST = 5


@dataclass(frozen=True)
class Course:
    """Which quantity should go which way along which column, within groups of equal `within`."""

    metric: str
    along: str
    within: Sequence[str]
    direction: str


def monotony(frame: pd.DataFrame, *, course: Course, where: Sequence[str]) -> Analysed:
    """The largest step of a mean over seeds against its course; at most 0 where there is none.

    Steps are from each value of `along` to the next, within each group. The interval is a percentile
    bootstrap over the seeds that have all places, from five on.

    Raises:
        UserError: where a group has several records of one seed and place.
    """
    selected = select(frame, where)
    if selected.rows.empty:
        return Analysed(None, details={"reason": selected.reason})
    values, places = _table(selected.rows, course)
    ends = np.array(
        [(at, at + 1) for at in range(len(places) - 1) if places[at][:-1] == places[at + 1][:-1]], dtype=int
    )
    if not ends.size or not values.size:
        return Analysed(None, details={"reason": "no group has two places that a seed has all of"})
    sign = 1.0 if course.direction == "falling" else -1.0

    def steps(means: np.ndarray) -> np.ndarray:
        return np.asarray(sign * (means[:, ends[:, 1]] - means[:, ends[:, 0]]))

    def against(drawn: np.ndarray) -> np.ndarray:
        """Map (draws, seeds, places) to the largest wrong step of each draw."""
        return np.asarray(steps(drawn.mean(axis=1)).max(axis=1) + 0.0)

    low, high = bootstrap(against, values, _FEWEST)
    worst = ends[int(steps(values.mean(axis=0)[None])[0].argmax())]
    details: dict[str, float | int | str | None] = {
        "steps": len(ends),
        "seeds": len(values),
        "at": " to ".join(_said(places[place]) for place in worst),
    }
    return Analysed(float(against(values[None])[0]), low, high, details)


def _table(rows: pd.DataFrame, course: Course) -> tuple[np.ndarray, list[Any]]:
    """The numbers, shape (seeds, places), of seeds that have all; and the places in order."""
    groups = {
        f"group{place}": rows[column_of(rows, name, ("spec.", "", "metrics."))]
        for place, name in enumerate(course.within)
    }
    table = rows[["spec.seed"]].assign(
        **groups, along=quantity(rows, course.along), value=quantity(rows, course.metric)
    )
    table = table.dropna(subset=["along", "value"])
    keys = [*groups, "along"]
    if table.duplicated(["spec.seed", *keys]).any():
        raise UserError(
            f"several records have one seed and one '{course.along}' of a group",
            "add conditions to `where`, or columns to `within`",
        )
    wide = table.set_index(["spec.seed", *keys])["value"].unstack(keys).sort_index(axis=1)
    places: list[Any] = wide.columns.to_list()
    return wide.dropna().to_numpy(), [place if groups else (place,) for place in places]


def _said(place: Sequence[Any]) -> str:
    return ", ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in place)
