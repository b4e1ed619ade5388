from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from bench.analysis import difference_to_dense, metric_at
from bench.errors import UserError

VALUES = [0.91, 0.94, 0.92, 0.955]
DENSE = [0.95, 0.951, 0.94, 0.96]
ROWS = [
    {"seed": seed, "metrics.accuracy": value, "metrics.accuracy_dense": dense}
    for seed, (value, dense) in enumerate(zip(VALUES, DENSE, strict=True))
]


def interval(values):
    return stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))


def test_the_mean_and_interval_are_those_of_scipy(frame):
    found = metric_at(frame(ROWS), metric="accuracy", where=[])
    assert found.value == pytest.approx(np.mean(VALUES), rel=1e-12)
    assert (found.low, found.high) == pytest.approx(interval(VALUES), rel=1e-12)
    assert found.details == {"seeds": 4}


def test_the_difference_to_dense_is_paired_seed_by_seed(frame):
    found = difference_to_dense(frame(ROWS), metric="accuracy", where=[])
    differences = np.subtract(VALUES, DENSE)
    assert found.value == pytest.approx(differences.mean(), rel=1e-9)
    assert (found.low, found.high) == pytest.approx(interval(differences), rel=1e-9)


def test_two_seeds_have_a_mean_without_an_interval(frame):
    found = metric_at(frame(ROWS[:2]), metric="accuracy", where=[])
    assert (found.low, found.high) == (None, None)
    assert found.value == pytest.approx(0.925)


def test_a_selection_of_several_contestants_or_sparsities_is_refused(frame):
    with pytest.raises(UserError, match="2 contestants: pruner=magnitude; pruner=random"):
        metric_at(frame([*ROWS, {"pruner": "random"}]), metric="accuracy", where=[])
    with pytest.raises(UserError, match="2 sparsities"):
        metric_at(frame([*ROWS, {"sparsity": 0.9}]), metric="accuracy", where=[])


def test_what_is_not_there_has_no_value_and_a_reason(frame):
    missing = metric_at(frame(ROWS), metric="accuracy", where=["sparsity=0.9"])
    assert missing.value is None
    assert missing.details["reason"] == "no record has sparsity=0.9; there is 0.5"
    null = metric_at(frame([{"metrics.accuracy": None}]), metric="accuracy", where=[])
    assert null.value is None
    assert "no selected record has a value" in str(null.details["reason"])


@pytest.mark.parametrize(("cells", "pruner", "shift"), [("min", "random", -0.2), ("max", "magnitude", 0.0)])
def test_the_least_or_largest_mean_of_several_contestants_is_named(frame, cells, pruner, shift):
    others = [row | {"pruner": "random", "metrics.accuracy": row["metrics.accuracy"] - 0.2} for row in ROWS]
    found = metric_at(frame([*ROWS, *others]), metric="accuracy", where=[], cells=cells)
    assert found.value == pytest.approx(np.mean(VALUES) + shift, rel=1e-12)
    assert (found.low, found.high) == pytest.approx(interval(np.add(VALUES, shift)), rel=1e-12)
    assert found.details == {"seeds": 4, "cells": 2, "cell": f"pruner={pruner}"}
