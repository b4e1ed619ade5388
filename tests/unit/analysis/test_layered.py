from __future__ import annotations

import pytest

from bench.analysis import Sides, pairs, ratio, share_of_wins
from bench.errors import UserError
from tests.unit.analysis.conftest import frame_of


def trials(values, **more):
    """Rows of pruners from {pruner: {seed: (error of layer a, of layer b)}}."""
    rows = [
        {"pruner": pruner, "seed": seed, "metrics.error": sum(both) / 2, **more}
        for pruner, by_seed in values.items()
        for seed, both in by_seed.items()
    ]
    frame = frame_of(rows)
    layers = [both for by_seed in values.values() for both in by_seed.values()]
    frame["per_layer"] = [
        tuple({"name": name, "error": value} for name, value in zip("ab", both, strict=True))
        for both in layers
    ]
    return frame


FRAME = {"x": {0: (1.0, 4.0), 1: (3.0, 1.0)}, "y": {0: (2.0, 2.0), 1: (6.0, 2.0)}}


def test_a_pair_is_a_layer_of_two_trials():
    sides = Sides(["pruner=x"], ["pruner=y"], layers=True)
    table = pairs(trials(FRAME), sides, "error").table
    assert [tuple(row) for row in table.to_numpy()] == [(1, 2), (4, 2), (3, 6), (1, 2)]
    assert table.index.get_level_values("layer").tolist() == ["a", "b", "a", "b"]
    assert share_of_wins(trials(FRAME), metric="error", better="lower", sides=sides).value == 0.75
    assert ratio(trials(FRAME), metric="error", sides=sides).value == 0.5


def test_layers_of_a_difference_are_differences_of_layers():
    frame = trials(FRAME)
    frame["per_layer"] = [tuple({**layer, "dense": 1.0} for layer in each) for each in frame["per_layer"]]
    table = pairs(frame, Sides(["pruner=x"], ["pruner=y"], layers=True), "error - dense").table
    assert table["one"].tolist() == [0, 3, 2, 0]


def test_a_number_that_no_layer_has_is_refused():
    with pytest.raises(UserError, match="no layer of the records has 'errors'"):
        pairs(trials(FRAME), Sides(["pruner=x"], ["pruner=y"], layers=True), "errors")


def replicates():
    return frame_of(
        {"pruner": pruner, "metrics.error": value} | ({"params.replicate": n} if n else {})
        for pruner, values in (("x", (1.0, 2.0, 3.0)), ("y", (2.0, 8.0, 4.0)))
        for n, value in enumerate(values)
    )


def test_pairs_agree_in_further_columns_also_where_both_lack_them():
    sides = Sides(["pruner=x"], ["pruner=y"], paired_by=["params.replicate"])
    table = pairs(replicates(), sides, "error").table
    assert sorted(tuple(row) for row in table.to_numpy()) == [(1, 2), (2, 8), (3, 4)]


def test_without_further_columns_replicates_are_several_contestants():
    with pytest.raises(UserError, match="'one' matches 3 contestants of a cell"):
        pairs(replicates(), Sides(["pruner=x"], ["pruner=y"]), "error")
