"""The contestants of a cell: its rows by what was tried, with the draws of one method made one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from bench.board.frame import COLUMNS
from bench.board.points import Row, number

if TYPE_CHECKING:
    from pandas import DataFrame

DRAWS = ("spec.params.replicate", "spec.matched_to.params.replicate")
_PLACE = ("spec.sparsity", "spec.seed")
_KEPT = (*_PLACE, "spec.schedule")
_MEASURED = ("metrics.", "timing.")
_SOURCE = ("trial_id", "env.", "components.pruner.")
_TELLING = ("spec.", "components.")
_REPEATED = {*_PLACE, *DRAWS}


@dataclass(frozen=True)
class Contestant:
    """One method of a cell.

    `first` holds one of its records, without the number of the draw: the columns that any record of the
    cell fills, and those that every frame has; `rows` one row for each sparsity and seed, with the
    columns of metrics and timing, each the mean over the method's `draws` from that seed's network.
    `sources` has one row for each record, with the columns that say where it comes from.
    """

    entry: str
    first: Row
    rows: tuple[Row, ...]
    draws: int
    sources: tuple[Row, ...] = ()


def contestants(rows: DataFrame) -> tuple[Contestant, ...]:
    """The contestants of a cell's rows, by entry.

    Entries that differ in the parameter `replicate` alone are independent draws of one method: they are
    no contestants of each other, and no further seeds, since they start from the same networks. The
    entry of the first draw names them all.
    """
    filled = rows.notna().any().to_dict()
    rows = rows[[name for name, some in filled.items() if some or name in COLUMNS]]
    first = _records(rows.drop_duplicates("entry"))
    kinds: dict[Any, list[Row]] = {}
    for row in sorted(first, key=_draw):
        kinds.setdefault(_kind(row), []).append(row)
    named = {row["entry"]: same[0]["entry"] for same in kinds.values() for row in same}
    kept = [name for name in rows.columns if name in _KEPT or name.startswith((*_MEASURED, *_SOURCE))]
    found: dict[str, list[Row]] = {name: [] for name in named.values()}
    for entry, row in zip(rows["entry"], _records(rows[kept]), strict=True):
        found[named[entry]].append({**row, "entry": entry})
    return tuple(
        Contestant(
            entry=same[0]["entry"],
            first={name: value for name, value in same[0].items() if name not in DRAWS},
            rows=tuple(_averaged(found[same[0]["entry"]])),
            draws=len(same),
            sources=tuple(found[same[0]["entry"]]),
        )
        for same in sorted(kinds.values(), key=lambda same: str(same[0]["entry"]))
    )


def _records(rows: DataFrame) -> Iterator[dict[Any, Any]]:
    """The rows as dicts of Python's own types; a frame's `to_dict` takes columns one by one, of hundreds."""
    names = list(rows.columns)
    for values in rows.to_numpy(dtype=object).tolist():
        yield dict(zip(names, values, strict=True))


def _kind(row: Row) -> tuple[Any, ...]:
    told = [name for name in row if name.startswith(_TELLING) and name not in _REPEATED]
    return tuple(repr(row[name]) for name in told)


def _draw(row: Row) -> list[float]:
    """The numbers of a row's draw; that of one which names none is 0."""
    numbers = [row.get(name) for name in DRAWS]
    return [float(one) if isinstance(one, int | float) and not math.isnan(one) else 0.0 for one in numbers]


def _averaged(rows: Iterable[Row]) -> Iterator[Row]:
    """One row for each sparsity and seed: the mean over draws; a trial given twice counts once."""
    places: dict[tuple[float, int], dict[str, Row]] = {}
    for row in rows:
        place = (float(row["spec.sparsity"]), int(row["spec.seed"]))
        places.setdefault(place, {}).setdefault(row["entry"], row)
    for drawn in places.values():
        yield _mean(list(drawn.values()))


def _mean(drawn: Sequence[Row]) -> Row:
    if len(drawn) == 1:
        return drawn[0]
    means: dict[str, Any] = dict(drawn[0])
    for name in [name for name in means if name.startswith(_MEASURED)]:
        there = [value for row in drawn if (value := number(row, name)) is not None]
        means[name] = _centre(there) if there else None
    return means


def _centre(values: Sequence[float]) -> float:
    """The mean; of equal numbers it is that number, to the last bit."""
    return values[0] if min(values) == max(values) else fmean(values)
