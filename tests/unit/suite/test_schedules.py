from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.suite.expand import expand
from bench.suite.load import load_suite
from bench.suite.recipe import Recipe
from bench.suite.schedules import SCHEDULES, complete_schedule, schedule_words
from bench.suite.schema import Ref

RECIPE = Recipe.model_validate({"train": {"epochs": 5}})


def complete(name, recipe=RECIPE, **params):
    return complete_schedule(Ref(name=name, params=params), recipe, "here")


def test_the_plain_schedule_is_fine_tuned_once():
    assert complete("one-shot").params == {"retrain": "finetune", "rewind_epoch": 0}


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_does_with_its_defaults(name):
    assert complete(name).params.keys() == {param.name for param in SCHEDULES[name]}


def test_a_rate_stands_in_place_of_rounds():
    assert complete("iterative", rate=0.2).params["rounds"] == 0
    assert complete("iterative").params["rounds"] == 5


@pytest.mark.parametrize(
    ("name", "params", "said"),
    [
        ("one-shots", {}, "no schedule 'one-shots'"),
        ("one-shot", {"retrain": "rewind"}, "is not one of finetune, lr-rewind"),
        ("one-shot", {"retrain": "weight-rewind", "rewind_epoch": 6}, "lies after the training's 5 epochs"),
        ("one-shot", {"rewind_epoch": 1}, "says nothing to retrain = 'finetune'"),
        ("iterative", {"retrain": "reset", "rewind_epoch": 1}, "says nothing to retrain = 'reset'"),
        ("iterative", {"rounds": 3, "rate": 0.2}, "both rounds and rate"),
        ("iterative", {"rounds": 10**12}, "is above 1000"),
        ("iterative", {"rate": 1e-15}, "takes more than 1000 rounds"),
        ("iterative", {"rounds": 0}, "neither rounds nor rate"),
        ("gradual", {"start": 0.8}, "starts after its end"),
        ("at-init", {"retrain": "lr-rewind"}, "is not one of none, finetune"),
        ("rigl", {"drop": 2.0}, "is above 1"),
    ],
)
def test_what_does_not_fit_is_said_at_once(name, params, said):
    with pytest.raises(UserError) as caught:
        complete(name, **params)
    assert said in caught.value.message
    assert caught.value.message.startswith("here: ")
    assert caught.value.hint


@pytest.mark.parametrize("name", ["gradual", "rigl", "set"])
def test_no_earlier_epoch_can_be_kept_where_masks_change(name):
    recipe = Recipe.model_validate({"train": {"select": "best-validation"}})
    with pytest.raises(UserError, match="masks change while it trains"):
        complete(name, recipe)
    assert complete("at-init", recipe)


def test_the_last_epoch_of_training_can_be_rewound_to():
    assert complete("one-shot", retrain="weight-rewind", rewind_epoch=5).params["rewind_epoch"] == 5


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("one-shot", {}, ""),
        ("one-shot", {"retrain": "reset"}, "one-shot (retrain=reset)"),
        ("iterative", {}, "iterative"),
        ("iterative", {"rounds": 3}, "iterative (rounds=3)"),
        ("iterative", {"rate": 0.2}, "iterative (rate=0.2)"),
        ("gradual", {"every": 10}, "gradual (every=10)"),
    ],
)
def test_a_schedule_is_called_by_what_is_no_default(name, params, words):
    assert schedule_words(name, complete(name, **params).params) == words


def test_an_unknown_schedule_tells_all_that_it_has():
    assert schedule_words("spiral", {"turns": 2}) == "spiral (turns=2)"


def test_a_rate_never_reaches_all(catalog, write_suite):
    entry = 'pruner = "magnitude"\nschedule = { name = "iterative", params = { rate = 0.5 } }'
    path = write_suite(('pruner = "magnitude"', entry), ("[0.5, 0.9]", "[0.5, 1.0]"))
    with pytest.raises(UserError, match="never reaches sparsity 1"):
        list(expand(load_suite(path, catalog), catalog))
