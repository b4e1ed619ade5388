"""Contests: two contestants over the pairs of trials that both have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.analysis.bootstrap import bootstrap
from bench.analysis.intervals import estimate
from bench.analysis.pairing import Sides, pairs
from bench.registry.contracts import Analysed

if TYPE_CHECKING:
    import pandas as pd


def paired_difference(frame: pd.DataFrame, *, metric: str, sides: Sides) -> Analysed:
    """The mean of `one` − `other` with its t-interval over seeds.

    Where several cells or sparsities are selected, a seed's value is its mean over them, and only
    seeds that have all of them count, so that no seed leaves out the hard ones.

    Raises:
        UserError: where a side matches several contestants of a cell, or a name is unknown.
    """
    found = pairs(frame, sides, metric)
    if found.table.empty:
        return Analysed(None, details={"reason": found.reason})
    table = (found.table["one"] - found.table["other"]).unstack("spec.seed")
    whole = table.dropna(axis="columns")
    if whole.empty:
        return Analysed(None, details={"reason": "no seed has all of the selected cells and sparsities"})
    mean = estimate([float(value) for value in whole.mean()])
    if mean is None:
        return Analysed(None, details={"reason": "the numbers are too large to average"})
    return Analysed(mean.mean, mean.low, mean.high, {"seeds": mean.n, "places": len(whole)})


def share_of_wins(frame: pd.DataFrame, *, metric: str, better: str, sides: Sides) -> Analysed:
    """The share of pairs in which `one` is strictly better than `other`, with Wilson's 95 % interval.

    The interval takes pairs for independent; those of one seed share their dense network, so it is
    rather too narrow. Ties are no wins; `details` counts them.

    Args:
        frame: the tidy frame.
        metric: the quantity compared.
        better: "higher" or "lower".
        sides: the two contestants.

    Raises:
        UserError: as `paired_difference` does.
    """
    from scipy.stats import binomtest

    found = pairs(frame, sides, metric)
    if found.table.empty:
        return Analysed(None, details={"reason": found.reason})
    ahead = found.table["one"] - found.table["other"]
    wins = int((ahead > 0 if better == "higher" else ahead < 0).sum())
    interval = binomtest(wins, len(ahead)).proportion_ci(method="wilson")
    counts = {"pairs": len(ahead), "wins": wins, "ties": int((ahead == 0).sum())}
    return Analysed(wins / len(ahead), float(interval.low), float(interval.high), counts)


def ratio(frame: pd.DataFrame, *, metric: str, sides: Sides) -> Analysed:
    """The median of `one` / `other` over pairs, with a bootstrap interval from ten pairs on.

    Pairs whose `other` is zero have no ratio and are left out; `details` counts them. Raises
    `UserError` as `paired_difference` does.
    """
    found = pairs(frame, sides, metric)
    table = found.table[found.table["other"] != 0]
    if table.empty:
        return Analysed(None, details={"reason": found.reason or f"'{metric}' of 'other' is zero throughout"})
    ratios = (table["one"] / table["other"]).to_numpy(float)
    low, high = bootstrap(lambda drawn: np.asarray(np.median(drawn, axis=1)), ratios)
    counts = {"pairs": len(ratios), "without_ratio": len(found.table) - len(table)}
    return Analysed(float(np.median(ratios)), low, high, counts)
