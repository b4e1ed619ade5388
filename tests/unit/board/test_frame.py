"""The tidy frame."""

from bench.board.frame import COLUMNS, flat, tidy


def test_a_record_is_a_row_with_dotted_columns(records):
    frame = tidy(records)
    assert len(frame) == len(records)
    first, row = records[0], frame.iloc[0]
    assert row["trial_id"] == first.trial_id
    assert row["spec.pruner"] == first.spec.pruner
    assert row["spec.params.scope"] == first.spec.params["scope"]
    assert row["metrics.accuracy"] == first.metrics["accuracy"]
    assert row["timing.train"] == first.timing["train"]
    assert row["suite.name"] == first.suite.name
    assert row["spec.recipe.train.weight_decay"] == first.spec.recipe.train.weight_decay


def test_no_records_give_no_rows_and_the_fixed_columns():
    frame = tidy([])
    assert len(frame) == 0
    assert tuple(frame.columns) == COLUMNS


def test_the_types_do_not_depend_on_the_rows(records):
    empty, full = tidy([]), tidy(records)
    assert all(empty[name].dtype == full[name].dtype for name in COLUMNS)


def test_a_missing_metric_is_nan(records, change):
    frame = tidy([change(records[0], {"metrics/accuracy": None})])
    assert frame["metrics.accuracy"].isna().all()
    assert frame["metrics.mse"].isna().all()


def test_seeds_and_sparsities_of_a_contestant_share_an_entry(records):
    frame = tidy(records)
    assert frame["cell"].nunique() == 1
    assert frame["entry"].nunique() == 4
    assert frame.groupby("entry")["spec.pruner"].nunique().max() == 1


def test_who_trains_alike_shares_dense_networks(records):
    dense = tidy(records).groupby("spec.pruner")["dense"].unique().map(set)
    assert dense["magnitude"] == dense["random"]
    assert dense["magnitude"].isdisjoint(dense["weight-decay"])


def test_a_new_version_of_a_pruner_is_another_contestant(records, change):
    newer = change(records[0], {"components/pruner/version": "2"})
    assert tidy([records[0], newer])["entry"].nunique() == 2


def test_another_version_of_the_suite_is_not_compared(records, change):
    newer = change(records[0], {"suite/version": "2"})
    assert tidy([records[0], newer])["cell"].nunique() == 2


def test_penalties_are_columns_with_nothing_for_records_without(records, change):
    penalties = [
        {"objective": "l2", "weight": 0.25, "params": {}},
        {"objective": "l1", "weight": 1, "params": {}},
    ]
    frame = tidy([records[0], change(records[1], {"spec/recipe/train/penalties": penalties})])
    assert list(frame["spec.recipe.train.penalties.l2"]) == [0.0, 0.25]
    assert list(frame["spec.recipe.train.penalties.l1"]) == [0.0, 1.0]
    assert "spec.recipe.finetune.penalties.l2" not in frame


def test_curves_and_traces_are_tuples(records, change):
    point = {
        "measure": "sv-trace",
        "epoch": 2,
        "metrics": {"sv_1_mean": 2.0},
        "per_layer": {"fc": {"sv_1": 2.0}},
    }
    curved_point = point | {"epoch": 3, "curves": {"best_by_unit": [0.5, None]}}
    traced = change(records[0], {"traces": [point, curved_point]})
    curved = change(records[1], {"curves": {"mse_by_units": [1.0, None, 0.5]}})
    frame = tidy([traced, curved])
    assert list(frame["curves.mse_by_units"]) == [None, (1.0, None, 0.5)]
    assert list(frame["traces"]) == [(point, curved_point), ()]


def test_a_flat_frame_has_no_column_that_holds_more_than_a_value(records, change):
    frame = flat(tidy([change(records[0], {"curves": {"mse_by_units": [1.0]}})]))
    assert "metrics.accuracy" in frame
    assert not {"traces", "curves.mse_by_units"} & set(frame.columns)
