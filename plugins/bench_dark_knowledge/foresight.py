"""What each estimator foresees of pruned students' gains, over seeds and places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench_dark_knowledge.predictors import ANCHORS, quadratic, soft_only

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
_OWN = ("held_hard", "test_hard", "test", "probe", "eq11", "chance")


@dataclass(frozen=True)
class Gains:
    """Accuracies of pruned students, for the seeds that all places have.

    A place is a contestant at a sparsity, a temperature and a share. Of each, `values`, shape (seeds,
    places, 8), has: the hard partner's accuracy on the held and on the test half, the taught network's on
    the test half, the gains that the probe and equation 11 foresee, chance, and the held accuracies of
    those taught at the same temperature with the shares 1/3 and 1. NaN where there is none.
    """

    shares: Floats
    values: Floats

    @classmethod
    def of(cls, table: pd.DataFrame) -> Gains:
        """From a row a taught trial, as `recoveries` gives them."""
        places = list(
            dict.fromkeys(table[["base", "temperature", "share"]].itertuples(index=False, name=None))
        )
        rows = {
            (row["base"], row["temperature"], row["share"], row["seed"]): row
            for row in table.to_dict("records")
        }
        seeds = [
            seed for seed in dict.fromkeys(table["seed"]) if all((*place, seed) in rows for place in places)
        ]
        found = np.full((len(seeds), len(places), len(_OWN) + 2), np.nan)
        for number, seed in enumerate(seeds):
            for at, (base, temperature, share) in enumerate(places):
                own = rows[base, temperature, share, seed]
                found[number, at, : len(_OWN)] = [own[name] for name in _OWN]
                for column, anchor in enumerate(ANCHORS, start=len(_OWN)):
                    taught = next((one for one in places if _is(one, (base, temperature, anchor))), None)
                    if taught is not None:
                        found[number, at, column] = rows[(*taught, seed)]["held"]
        return cls(np.array([share for *_, share in places], dtype=np.float64), found)


def measured(means: Floats) -> Floats:
    """Gains on the test half, shape (…, places), of means over seeds (…, places, 8)."""
    return np.asarray(means[..., 2] - means[..., 1])


def foreseen(gains: Gains, means: Floats, estimator: str) -> Floats:
    """Gains as `estimator` foresees them, shape (…, places), NaN where it has no say.

    Anchors and the baseline are read on the held half, as the ratio R of accuracies above chance; the
    gain is (R − 1) times the partner's accuracy above chance on the test half.
    """
    held, test, _, probe, eq11, chance, middle, whole = np.moveaxis(means, -1, 0)
    if estimator == "no-change":
        return np.zeros_like(test)
    if estimator in ("probe", "eq11"):
        return np.asarray(probe if estimator == "probe" else eq11)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = [(anchor - chance) / (held - chance) for anchor in (middle, whole)]
        if estimator == "chi-soft":
            ratio = soft_only(gains.shares, ratios[1])
        else:
            ratio = quadratic(gains.shares, *ratios)
    return np.asarray((ratio - 1) * (test - chance))


def _is(one: tuple[str, float, float], other: tuple[str, float, float]) -> bool:
    return one[0] == other[0] and bool(np.isclose(one[1:], other[1:]).all())
