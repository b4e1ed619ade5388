from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.plan.trials import plan_trials
from bench.runner.filters import only
from bench.suite.load import load_suite


@pytest.fixture(scope="module")
def trials(catalog):
    return plan_trials(load_suite("digits", catalog), catalog)


@pytest.mark.parametrize(
    ("pairs", "count"),
    [
        ([], 180),
        (["pruner=magnitude"], 90),
        (["pruner=magnitude", "params.scope=layer"], 45),
        (["pruner=magnitude,random"], 135),
        (["pruner=magnitude", "pruner=random"], 135),
        (["seed=0", "sparsity=0.5"], 12),
        (["recipe.train.weight_decay=0.005"], 45),
    ],
)
def test_values_of_a_key_are_alternatives_and_keys_must_all_fit(trials, pairs, count):
    assert len(only(trials, pairs)) == count


def test_an_unknown_key_is_met_with_the_nearest_one(trials):
    with pytest.raises(UserError, match="--only prunr") as caught:
        only(trials, ["prunr=magnitude"])
    assert "did you mean 'pruner'?" in caught.value.hint


def test_an_empty_choice_says_what_there_is(trials):
    with pytest.raises(UserError, match="no trial is left") as caught:
        only(trials, ["model=lenet"])
    assert "model is one of lenet-300-100, lenet-5, resnet8" in caught.value.hint


@pytest.mark.parametrize("pair", ["pruner", "=magnitude"])
def test_a_malformed_pair_is_refused(trials, pair):
    with pytest.raises(UserError, match="not KEY=VALUE"):
        only(trials, [pair])


def test_a_list_is_one_value_of_a_key_that_holds_lists(catalog, write_suite):
    task = '{ name = "teacher", params.hidden = [[5, 20], [10, 20], [9]] }'
    suite = load_suite(write_suite(('["digits"]', task), ('["lenet-300-100"]', '"mlp"')), catalog)
    planned = plan_trials(suite, catalog)
    assert len(only(planned, ["task_params.hidden=[5, 20]"])) == len(planned) / 3
    assert len(only(planned, ["task_params.hidden=[[5, 20], [9]]"])) == len(planned) * 2 / 3
