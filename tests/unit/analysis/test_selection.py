from __future__ import annotations

import pytest

from bench.analysis import one_contestant, quantity, select
from bench.analysis.contestants import one_sparsity
from bench.errors import UserError

ROWS = [
    {"pruner": "magnitude", "params.scope": "global", "sparsity": 0.79, "metrics.accuracy": 0.9},
    {"pruner": "magnitude", "params.scope": "layer", "sparsity": 0.79, "metrics.accuracy": 0.8},
    {"pruner": "random", "params.scope": "global", "sparsity": 0.5, "metrics.accuracy": 0.7},
    {"pruner": "rank", "params.k": 3, "params.rescale": True, "sparsity": 0.9, "metrics.accuracy": 0.6},
    {"pruner": "rank", "params.k": 1, "params.rescale": False, "sparsity": 0.9, "metrics.accuracy": 0.5},
]


@pytest.mark.parametrize(
    ("where", "accuracies"),
    [
        ([], [0.9, 0.8, 0.7, 0.6, 0.5]),
        (["pruner=magnitude"], [0.9, 0.8]),
        (["spec.pruner=magnitude", "params.scope=layer"], [0.8]),
        (["pruner=magnitude,random", "params.scope=global"], [0.9, 0.7]),
        (['pruner=["random", "rank"]'], [0.7, 0.6, 0.5]),
        (["pruner!=magnitude"], [0.7, 0.6, 0.5]),
        (["sparsity=0.79"], [0.9, 0.8]),
        (["sparsity=0.7900000000001"], [0.9, 0.8]),
        (["sparsity = 0.791"], []),
        (["sparsity>=0.79"], [0.9, 0.8, 0.6, 0.5]),
        (["sparsity>0.79"], [0.6, 0.5]),
        (["sparsity<0.79"], [0.7]),
        (["sparsity<=0.79"], [0.9, 0.8, 0.7]),
        (["metrics.accuracy>0.75"], [0.9, 0.8]),
        (["params.k=3"], [0.6]),
        (["params.k=1"], [0.5]),
        (["params.rescale=true"], [0.6]),
        (["params.rescale=false"], [0.5]),
        (["params.rescale=1"], []),
    ],
)
def test_conditions_keep_the_rows_that_fit(frame, where, accuracies):
    assert list(select(frame(ROWS), where).rows.get("metrics.accuracy", [])) == accuracies


LISTS = [
    {"model_params.hidden": "[50,20]", "metrics.accuracy": 0.9},
    {"model_params.hidden": "[20]", "metrics.accuracy": 0.8},
    {"model_params.hidden": (50, 20.0), "metrics.accuracy": 0.7},
    {"model_params.hidden": '["pad-crop","flip"]', "metrics.accuracy": 0.6},
    {"metrics.accuracy": 0.5},
]


@pytest.mark.parametrize(
    ("condition", "accuracies"),
    [
        ("model_params.hidden=[50, 20]", [0.9, 0.7]),
        ("model_params.hidden=50,20", [0.9, 0.7]),
        ("model_params.hidden=[20, 50]", []),
        ("model_params.hidden=[20]", [0.8]),
        ("model_params.hidden=[[20], [50, 20]]", [0.9, 0.8, 0.7]),
        ("model_params.hidden!=[50, 20]", [0.8, 0.6, 0.5]),
        ("model_params.hidden=pad-crop,flip", [0.6]),
        ("model_params.hidden='[20]'", [0.8]),
    ],
)
def test_a_list_is_compared_with_columns_of_lists(frame, condition, accuracies):
    assert list(select(frame(LISTS), [condition]).rows["metrics.accuracy"]) == accuracies


def test_a_penalty_that_no_record_has_weighs_nothing(frame):
    assert len(select(frame(ROWS), ["recipe.train.penalties.l2=0"]).rows) == len(ROWS)
    selected = select(frame(ROWS), ["spec.recipe.finetune.penalties.l2>0"])
    assert selected.reason == "no record has spec.recipe.finetune.penalties.l2>0; there is 0"
    assert set(quantity(frame(ROWS), "recipe.train.penalties.l2")) == {0.0}
    with pytest.raises(UserError, match=r"no record has 'recipe.prune.penalties.l2'"):
        select(frame(ROWS), ["recipe.prune.penalties.l2=0"])


def test_trials_that_did_not_end_well_are_left_out(frame):
    rows = [*ROWS, {"status": "failed", "metrics.accuracy": 0.1}]
    assert len(select(frame(rows), []).rows) == len(ROWS)


def test_a_selection_without_rows_says_which_condition_left_none(frame):
    selected = select(frame(ROWS), ["pruner=magnitude", "sparsity=0.9"])
    assert selected.reason == "no record has sparsity=0.9; there is 0.79"


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("pruner", "'pruner' is not a condition"),
        ("sparsity>=high", "'>=' compares with one number"),
        ("sparsity>=0.5,0.9", "'>=' compares with one number"),
        ("prunner=magnitude", "no record has 'prunner'"),
    ],
)
def test_what_is_no_condition_is_refused(frame, where, message):
    with pytest.raises(UserError, match=message):
        select(frame(ROWS), [where])


def test_an_unknown_key_is_answered_with_the_nearest(frame):
    with pytest.raises(UserError) as caught:
        select(frame(ROWS), ["prunner=magnitude"])
    assert "pruner" in caught.value.hint


def test_several_contestants_are_listed_by_what_tells_them_apart(frame):
    rows = select(frame(ROWS), ["sparsity=0.79"]).rows
    with pytest.raises(UserError) as caught:
        one_contestant(rows)
    assert caught.value.message == (
        "the selection matches 2 contestants: params.scope=global; params.scope=layer"
    )
    one_contestant(rows.iloc[:1])
    one_contestant(rows.iloc[:0])


def test_contestants_of_several_models_are_told_apart_by_model_and_pruner_first(frame):
    rows = frame([{"model": "a", "pruner": "x"}, {"model": "b", "pruner": "x", "params.k": 1}])
    with pytest.raises(UserError, match=r"model=a; model=b, params\.k=1"):
        one_contestant(rows)


def test_several_sparsities_are_listed(frame):
    with pytest.raises(UserError, match=r"2 sparsities: 0\.5, 0\.79"):
        one_sparsity(frame(ROWS[1:3]))


def test_quantities_are_metrics_columns_and_two_of_them(frame):
    table = frame(
        [{"sparsity": 0.5, "metrics.sparsity": 0.51, "metrics.a": 3.0, "metrics.b": 2.0, "timing.train": 7.0}]
    ).rename(columns={"spec.timing.train": "timing.train"})
    assert list(quantity(table, "sparsity")) == [0.51]
    assert list(quantity(table, "spec.sparsity")) == [0.5]
    assert list(quantity(table, "timing.train")) == [7.0]
    assert list(quantity(table, "a - b")) == [1.0]
    assert list(quantity(table, "a / b")) == [1.5]


def test_a_quotient_by_zero_is_missing(frame):
    table = frame([{"metrics.a": 3.0, "metrics.b": 0.0}])
    assert quantity(table, "a / b").isna().all()


@pytest.mark.parametrize(("text", "message"), [("acuracy", "no record has"), ("pruner", "holds no numbers")])
def test_a_quantity_that_is_none_is_refused(frame, text, message):
    with pytest.raises(UserError, match=message):
        quantity(frame(ROWS), text)
