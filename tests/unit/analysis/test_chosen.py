from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from bench.analysis import Choice, Sides, best_by_validation
from bench.errors import UserError

ONE = ["pruner=refit,magnitude"]
OTHER = ["pruner=magnitude"]


def rows(pruner, validation, test, **spec):
    return [
        {"pruner": pruner, "seed": seed, "metrics.validation": held, "metrics.accuracy": value, **spec}
        for seed, (held, value) in enumerate(zip(validation, test, strict=True))
    ]


ROWS = [
    *rows("refit", [0.9, 0.92, 0.91], [0.88, 0.9, 0.87], **{"params.target": "activations"}),
    *rows("refit", [0.8, 0.81, 0.82], [0.95, 0.96, 0.97], **{"params.target": "spectral"}),
    *rows("magnitude", [0.7, 0.7, 0.7], [0.6, 0.65, 0.66]),
]


def found(table, one=ONE, other=OTHER, where=(), better="higher"):
    by = Choice("validation", better)
    return best_by_validation(table, metric="accuracy", by=by, sides=Sides(one, other, where))


def test_the_best_on_held_out_data_is_judged_on_the_test_split(frame):
    result = found(frame(ROWS))
    differences = np.subtract([0.88, 0.9, 0.87], [0.6, 0.65, 0.66])
    assert result.value == pytest.approx(differences.mean())
    interval = stats.t.interval(0.95, 2, differences.mean(), stats.sem(differences))
    assert (result.low, result.high) == pytest.approx(interval)
    assert result.details == {
        "chosen": "pruner=refit, params.target=activations",
        "by": pytest.approx(0.91),
        "candidates": 3,
        "seeds": 3,
    }


def test_a_loss_is_chosen_by_the_lowest(frame):
    assert found(frame(ROWS), better="lower").details["chosen"] == "pruner=magnitude"


def test_where_the_reference_itself_is_best_the_difference_is_zero(frame):
    result = found(frame(ROWS), better="lower")
    assert (result.value, result.low, result.high) == (0.0, 0.0, 0.0)


def test_candidates_are_compared_on_the_seeds_that_all_have(frame):
    lucky = rows("refit", [0.99], [0.5], **{"params.target": "lucky"})
    table = frame([*ROWS, *lucky])
    assert found(table).details["chosen"] == "pruner=refit, params.target=lucky"
    alone = frame([*ROWS[3:], *[{**row, "seed": 2} for row in lucky], *[{**ROWS[0], "seed": 1}]])
    assert "no seed has 'validation' of all candidates" in found(alone).details["reason"]


def test_several_cells_or_sparsities_or_references_are_refused(frame):
    with pytest.raises(UserError, match="2 sparsities"):
        found(frame([*ROWS, *rows("refit", [0.9], [0.9], sparsity=0.9)]))
    with pytest.raises(UserError, match="'one' matches 2 cells"):
        found(frame([*ROWS, *rows("refit", [0.9], [0.9], model="n")]))
    with pytest.raises(UserError, match="'other' matches 2 contestants"):
        found(frame(ROWS), other=["pruner=refit"])


def test_what_is_not_there_has_no_value_and_a_reason(frame):
    assert found(frame(ROWS), one=["pruner=none"]).details["reason"].startswith("'one': no record")
    table = frame([{**row, "metrics.accuracy": None} for row in ROWS])
    assert "no seed has 'accuracy'" in found(table).details["reason"]
