"""Standings: what the frame says, summed up over seeds."""

import numpy as np
import pytest

from bench.board.frame import tidy
from bench.board.standings import standings


def _by_label(cell):
    return {one.label: one for one in cell.standings}


def test_there_is_a_cell_for_each_model_and_a_row_for_each_contestant(cells):
    assert [cell.model for cell in cells] == ["lenet-5", "resnet-20", "vgg-19"]
    labels = {"magnitude (scope=global)", "magnitude (scope=layer)", "random", "weight-decay"}
    assert all(set(_by_label(cell)) == labels for cell in cells)


def test_a_point_is_the_mean_over_seeds(records):
    cell = standings(tidy(records))[0]
    values = [
        one.metrics["accuracy"] for one in records if one.spec.pruner == "random" and one.spec.sparsity == 0.9
    ]
    point = _by_label(cell)["random"].points[cell.grid.index(0.9)]
    assert point.primary.mean == pytest.approx(np.mean(values))
    assert point.primary.n == len(values) == 3
    assert point.seeds == (0, 1, 2)


def test_the_difference_is_to_the_entrys_own_dense_networks(records):
    cell = standings(tidy(records))[0]
    mine = [one for one in records if one.spec.pruner == "weight-decay" and one.spec.sparsity == 0.5]
    expected = np.mean([one.metrics["accuracy"] - one.metrics["accuracy_dense"] for one in mine])
    row = _by_label(cell)["weight-decay"]
    assert row.points[0].difference.mean == pytest.approx(expected)
    assert row.dense.key != cell.dense.key


def test_the_dense_reference_is_that_of_most_and_counts_a_seed_once(records):
    cell = standings(tidy(records))[0]
    dense = {one.spec.seed: one.metrics["accuracy_dense"] for one in records if one.spec.pruner == "random"}
    assert cell.dense.estimate.n == 3
    assert cell.dense.estimate.mean == pytest.approx(np.mean(list(dense.values())))


def test_training_badly_does_not_raise_the_area(records):
    rows = _by_label(standings(tidy(records))[0])
    own = rows["weight-decay"].dense.estimate.mean
    assert own < rows["random"].dense.estimate.mean
    assert rows["weight-decay"].area.mean < rows["magnitude (scope=global)"].area.mean


def test_a_missing_trial_blanks_area_and_group_and_shows_in_the_seeds(records):
    without = [
        one
        for one in records
        if not (one.spec.pruner == "random" and one.spec.sparsity == 0.9 and one.spec.seed == 1)
    ]
    row = _by_label(standings(tidy(without))[0])["random"]
    assert (row.area, row.group, row.seeds) == (None, None, 2)
    assert row.points[2].primary.half is None


def test_two_seeds_have_means_without_intervals_and_no_groups(records):
    cell = standings(tidy([one for one in records if one.spec.seed < 2]))[0]
    assert all(point.primary.half is None for one in cell.standings for point in one.points)
    assert {one.group for one in cell.standings} == {None}
    assert all(one.area is not None for one in cell.standings)


def test_rows_come_best_first(cells):
    for cell in cells:
        areas = [one.area.mean for one in cell.standings]
        assert areas == sorted(areas, reverse=True)
        assert cell.standings[0].group == "a"


def test_the_order_of_the_records_does_not_matter(records, all_records, cells):
    assert standings(tidy(reversed(all_records))) == cells


def test_a_trial_given_twice_counts_once(records):
    assert standings(tidy([*records, *records])) == standings(tidy(records))


def test_trials_that_failed_do_not_count(records, change):
    failed = change(records[0], {"status": "failed", "metrics": {}})
    assert standings(tidy([failed])) == ()


def test_regression_ranks_by_squared_error(records, change):
    turned = [
        change(
            one,
            {
                "metrics": {
                    "mse": 1 - one.metrics["accuracy"],
                    "mse_dense": 0.01,
                    "sparsity": one.spec.sparsity,
                }
            },
        )
        for one in records
    ]
    cell = standings(tidy(turned))[0]
    assert cell.metric.name == "mse"
    assert cell.standings[0].area.mean > cell.standings[-1].area.mean
    best = [min(range(4), key=lambda r: cell.standings[r].points[c].primary.mean) for c in range(5)]
    assert [row for row, _ in cell.front] == best


def test_tasks_that_differ_in_parameters_alone_have_names_apart(records, change):
    wide = [change(one, {"spec/task_params": {"width": 64}}) for one in records]
    assert [cell.task for cell in standings(tidy([*records, *wide]))] == [
        "cifar10 (width=64)",
        "cifar10 (width=none)",
    ]


def test_entries_that_differ_in_their_recipe_alone_have_names_apart(records, change):
    longer = [
        change(one, {"spec/recipe/finetune/epochs": 9}) for one in records if one.spec.pruner == "random"
    ]
    labels = [one.label for one in standings(tidy([*records, *longer]))[0].standings]
    assert "random (finetune.epochs=9)" in labels
    assert "random (finetune.epochs=5)" in labels


def test_cost_is_training_pruning_and_fine_tuning(records):
    row = _by_label(standings(tidy(records))[0])["random"]
    assert row.seconds == pytest.approx(61 + 1 + 0.21 + 14.5)
