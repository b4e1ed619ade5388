"""A pruner's own recipe: laid over the suite's, and never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.errors import UserError
from bench.plan.trials import plan_trials
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection
from bench.suite.load import load_suite

PLUGIN = """
import bench


def recipe(params):
    {body}


@bench.hookimpl
def bench_pruners():
    params = (bench.Param("decay", float, 0.5),)
    yield bench.Pruner(name="mine", summary="s", build=len, params=params, recipe=recipe)
"""


@pytest.fixture
def planned(tmp_path: Path, write_suite: Callable) -> Callable:
    def plan(body: str) -> list:
        path = tmp_path / "recipe_plugin.py"
        path.write_text(PLUGIN.format(body=body), encoding="utf-8")
        catalog = load_plugins(Selection(which="builtin", files=(path,)), pytest.fail)
        suite = load_suite(write_suite(('pruner = "magnitude"', 'pruner = "mine"')), catalog)
        return plan_trials(suite, catalog)

    return plan


def test_it_wins_over_the_suites_recipe(planned: Callable) -> None:
    trials = planned("return {'train.weight_decay': params['decay'], 'finetune.epochs': 2}")
    recipes = [trial.spec.recipe for trial in trials if trial.spec.pruner == "mine"]
    assert {(recipe.train.weight_decay, recipe.finetune.epochs) for recipe in recipes} == {(0.5, 2)}
    others = [trial.spec.recipe for trial in trials if trial.spec.pruner != "mine"]
    assert {(recipe.train.weight_decay, recipe.finetune.epochs) for recipe in others} == {(0.0, 1)}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return {'train.weight_decay': params['decya']}", "raised KeyError: 'decya'"),
        ("return None", "returned NoneType, not a mapping"),
        ("return {'weight_decay': 1.0}", "has unknown keys: weight_decay; keys are such as 'train.lr'"),
        ("return {'train.decay': 1.0}", "has unknown keys: train.decay; keys are such as 'train.lr'"),
        ("return {3: 1.0}", "has unknown keys: 3; keys are such as 'train.lr'"),
    ],
)
def test_a_recipe_that_fails_is_the_plugins_fault_by_name(body: str, words: str, planned: Callable) -> None:
    with pytest.raises(UserError) as raised:
        planned(body)
    who, _, what = raised.value.message.partition(": ")
    assert who.startswith("plugin 'recipe_plugin' of plugin-file ")
    assert what == f"the recipe of pruner 'mine' {words}"
    assert "leave the pruner out" in raised.value.hint


def test_a_recipe_with_a_wrong_value_names_the_key(planned: Callable) -> None:
    with pytest.raises(UserError, match=r"weight_decay.*greater than or equal to 0"):
        planned("return {'train.weight_decay': -1}")
