"""Dense controls: an entry at sparsity 0 alone is a reference, not a contestant."""

import pytest

from bench.board.frame import tidy
from bench.board.standings import standings
from bench.board.unpruned import dense_text


@pytest.fixture
def controls(records):
    """What networks of the random entry's dense parents reach when nothing is pruned."""
    chosen = [
        one
        for one in records
        if one.spec.pruner == "random" and one.spec.sparsity == 0.5 and one.spec.model == "lenet-5"
    ]
    return [
        one.model_copy(
            update={
                "trial_id": one.trial_id[::-1],
                "spec": one.spec.model_copy(update={"pruner": "none", "params": {}, "sparsity": 0.0}),
                "metrics": {**one.metrics, "accuracy": 0.9 + one.spec.seed / 100},
            }
        )
        for one in chosen
    ]


def test_a_control_is_shown_beside_the_dense_networks_and_costs_nobody_the_area(records, controls):
    before = standings(tidy(records))[0]
    cell = standings(tidy([*records, *controls]))[0]
    assert cell.grid == before.grid
    assert cell.standings == before.standings
    assert cell.unpruned.mean == pytest.approx(0.91)
    assert cell.unpruned.n == 3
    assert dense_text(before) in dense_text(cell)
    assert "trained on 91.00 ± 2.48" in dense_text(cell)  # t(0.975, 2) · 1 / √3 = 2.484


def test_networks_that_nobody_prunes_are_shown_as_they_are(controls):
    cell = standings(tidy(controls))[0]
    assert cell.unpruned is None
    assert cell.grid == (0.0,)
    assert [one.label for one in cell.standings] == ["none"]


def test_the_control_of_the_shared_dense_networks_counts(records, controls):
    alien = [
        one.model_copy(
            update={
                "trial_id": "f" + one.trial_id[1:],
                "metrics": {**one.metrics, "accuracy": 0.5},
                "spec": one.spec.model_copy(
                    update={
                        "recipe": one.spec.recipe.model_copy(
                            update={"train": one.spec.recipe.train.model_copy(update={"epochs": 1})}
                        )
                    }
                ),
            }
        )
        for one in controls
    ]
    cell = standings(tidy([*records, *alien, *controls]))[0]
    assert cell.unpruned.mean == pytest.approx(0.91)
