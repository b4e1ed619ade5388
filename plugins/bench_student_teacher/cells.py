"""Numbers by seed and cell, what is said of each cell over its seeds, and of all cells together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench import Analysed, UserError
from bench.analysis import bootstrap

FEWEST_SEEDS = 5
Details = dict[str, float | int | str | None]
Statistic = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Cells:
    """Numbers of shape (seeds, cells, …), NaN where a run does not count; the cells' `keys` and names."""

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    numbers: np.ndarray


def arranged(found: Sequence[tuple[str, int, float]], labels: dict[str, str]) -> Cells:
    """The numbers of (cell, seed, number), at most one for each cell and seed; cells in order."""
    cells = sorted({cell for cell, _, _ in found}, key=lambda cell: (labels.get(cell, ""), cell))
    seeds = sorted({seed for _, seed, _ in found})
    columns = {cell: place for place, cell in enumerate(cells)}
    rows = {seed: place for place, seed in enumerate(seeds)}
    numbers = np.full((len(seeds), len(cells)), np.nan)
    for cell, seed, number in found:
        numbers[rows[seed], columns[cell]] = number
    return Cells(tuple(cells), tuple(labels.get(cell, "") for cell in cells), numbers)


def stated(cells: Cells, over_seeds: Statistic, pick: str, details: Details) -> Analysed:
    """What is said of the cell that counts, with its interval as `pooled` gives it.

    Args:
        cells: the numbers.
        over_seeds: maps resamples (draws, seeds, cells, …) to (draws, cells); NaN where undefined.
        pick: "min" or "max", whose cell's number counts; or "one".
        details: what else there is to say.
    """
    by_cell = over_seeds(cells.numbers[None])[0]
    missing = [label for label, value in zip(cells.labels, by_cell, strict=True) if not np.isfinite(value)]
    if missing:
        where = f" for {missing[0]}" if missing[0] else ""
        return Analysed(None, details={**details, "reason": f"no run counts{where}"})
    place = int(by_cell.argmax() if pick == "max" else by_cell.argmin())
    choose = np.max if pick == "max" else np.min
    said = pooled(cells, lambda drawn: choose(over_seeds(drawn), axis=1), details)
    return replace(said, details={**said.details, "cell": cells.labels[place]})


def pooled(cells: Cells, statistic: Statistic, details: Details) -> Analysed:
    """One number of all cells, with its bootstrap interval over seeds, from five seeds on.

    A seed's runs in all cells are drawn together, since they have their teacher in common.

    Args:
        cells: the numbers.
        statistic: maps resamples (draws, seeds, cells, …) to (draws,); NaN where undefined.
        details: what else there is to say.
    """
    value = float(statistic(cells.numbers[None])[0])
    if not np.isfinite(value):
        return Analysed(None, details={**details, "reason": "no run counts"})
    low, high = bootstrap(statistic, cells.numbers, FEWEST_SEEDS)
    counts: Details = {"seeds": len(cells.numbers), "cells": len(cells.keys)}
    return Analysed(value, low, high, {**details, **counts})


def check_cells(labels: dict[str, str], pick: str) -> None:
    """Check that there is one contestant where `pick` is "one".

    Raises:
        UserError: where there are several, with what tells them apart.
    """
    if pick == "one" and len(labels) > 1:
        raise UserError(
            f"the selection matches {len(labels)} contestants: {'; '.join(sorted(labels.values()))}",
            'leave one of them by `where`, or say which counts: cells = "min" or "max"',
        )


def median(numbers: np.ndarray, axis: int = 1) -> np.ndarray:
    """The median along an axis of what is not NaN; NaN where nothing is."""
    ordered = np.moveaxis(np.sort(numbers, axis=axis), axis, -1)
    count = (~np.isnan(ordered)).sum(-1, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, -1)
    high = np.take_along_axis(ordered, np.minimum(count // 2, ordered.shape[-1] - 1), -1)
    return np.asarray((low + high)[..., 0] / 2)


def mean(numbers: np.ndarray, axis: int = 1) -> np.ndarray:
    """The mean along an axis of what is not NaN; NaN where nothing is."""
    there = ~np.isnan(numbers)
    count = there.sum(axis)
    total = np.where(there, numbers, 0.0).sum(axis)
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))
