"""Components refuse what could not be used later, at the moment they are declared."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import bench
from bench.errors import UserError
from bench.registry.components import KINDS, PLURALS, Component

FACTS = {"name": "x", "summary": "Does it.", "build": dict}


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ({"name": "Big"}, "pruner name 'Big'"),
        ({"name": ""}, "pruner name ''"),
        ({"name": "-x"}, "pruner name '-x'"),
        ({"name": "a b"}, "pruner name 'a b'"),
        ({"name": "a\n"}, "pruner name 'a"),
        ({"name": "a" * 65}, "at most 64"),
        ({"name": None}, "pruner name None"),
        ({"summary": ""}, "the summary is empty"),
        ({"summary": "  "}, "the summary is empty"),
        ({"summary": None}, "the summary is empty"),
        ({"version": ""}, "version is a non-empty string, not ''"),
        ({"version": 2}, "version is a non-empty string, not 2"),
        ({"build": None}, "build is not callable"),
        ({"params": bench.Param("a", int, 1)}, "params is a tuple of bench.Param"),
        ({"params": ("a",)}, "params is a tuple of bench.Param"),
        ({"params": (bench.Param("a", int, 1), bench.Param("a", int, 2))}, "a parameter is declared twice"),
        ({"params": (bench.Param("scope", str, "global"),)}, "the parameter 'scope' is the harness's own"),
        ({"needs": "torch"}, "needs is a tuple of strings"),
        ({"needs": (1,)}, "needs is a tuple of strings"),
        ({"cite": None}, "cite is a string"),
        ({"mode": "guess"}, "mode is 'score' or 'sparsify', not 'guess'"),
        ({"unit": "layer"}, "unit is 'weight' or 'unit', not 'layer'"),
    ],
)
def test_a_bad_fact_is_refused_by_name(fact: dict, words: str) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        bench.Pruner(**FACTS | fact)
    assert words in str(raised.value)


@given(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,63}", fullmatch=True))
def test_every_name_of_the_pattern_is_taken(name: str) -> None:
    assert bench.Task(**FACTS | {"name": name}).name == name


def test_components_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        bench.Pruner(**FACTS).name = "y"  # type: ignore[misc]


def test_budget_is_the_harnesss_where_units_are_ranked() -> None:
    seen: list[dict] = []
    own = (bench.Param("budget", int, 1),)
    pruner = bench.Pruner(**FACTS | {"build": seen.append, "unit": "unit"})
    assert pruner.resolve({}) == {"scope": "global", "budget": "weights"}
    pruner.make({"budget": "units"})
    assert seen == [{}]
    with pytest.raises(ValueError, match="the parameter 'budget' is the harness's own"):
        bench.Pruner(**FACTS | {"unit": "unit", "params": own})
    assert bench.Pruner(**FACTS | {"params": own}).resolve({}) == {"budget": 1, "scope": "global"}


@pytest.mark.parametrize("rates", [{"weights": 1.0}, {"weight": -0.5}, {"weight": float("nan")}])
def test_learning_rates_are_of_parameters_and_in_range(rates: dict) -> None:
    model = nn.Linear(2, 2)
    assert bench.Parametrization(**FACTS).learning_rates({}, model) == {}
    good = bench.Parametrization(**FACTS | {"rates": lambda _, model: {"bias": 0.0, "weight": 2.0}})
    assert good.learning_rates({}, model) == {"bias": 0.0, "weight": 2.0}
    with pytest.raises(ValueError, match="learning rate of 'weight"):
        bench.Parametrization(**FACTS | {"rates": lambda *_: rates}).learning_rates({}, model)


def test_scope_is_the_harnesss_and_never_reaches_the_pruner() -> None:
    seen: list[dict] = []
    pruner = bench.Pruner(**FACTS | {"build": seen.append, "params": (bench.Param("a", int, 1),)})
    assert pruner.resolve({}) == {"a": 1, "scope": "global"}
    pruner.make({"scope": "layer"})
    assert seen == [{"a": 1}]
    with pytest.raises(UserError, match="'wide' is not one of global, layer"):
        pruner.resolve({"scope": "wide"})


def test_a_pruner_may_leave_out_scopes_and_its_first_is_the_default() -> None:
    pruner = bench.Pruner(**FACTS, scopes=("layer", "erk"))
    assert pruner.resolve({}) == {"scope": "layer"}
    assert pruner.resolve({"scope": "erk"}) == {"scope": "erk"}
    with pytest.raises(UserError, match="'global' is not one of layer, erk"):
        pruner.resolve({"scope": "global"})
    for scopes in ((), ("wide",)):
        with pytest.raises(ValueError, match="scopes are some of global, layer, erk, uniform-plus"):
            bench.Pruner(**FACTS, scopes=scopes)


def test_a_model_must_be_told_the_tasks_shape() -> None:
    model = bench.Model(**FACTS)
    with pytest.raises(UserError, match="parameter 'num_classes' is missing"):
        model.make({})
    shape = {"num_classes": 10, "in_channels": 1, "image_size": 8}
    assert model.make(shape) == shape


def test_parameters_are_checked_before_build_is_called() -> None:
    called: list[dict] = []
    task = bench.Task(**FACTS | {"build": called.append, "params": (bench.Param("n", int, 1),)})
    with pytest.raises(UserError, match=r"task 'x': parameter 'n' = 'a' is not of type int"):
        task.make({"n": "a"})
    assert called == []


def test_a_suite_is_named_after_its_file_and_needs_a_path() -> None:
    suite = bench.Suite.at(Path("some/where.toml"), "A suite.")
    assert (suite.name, suite.path, suite.make({})) == ("where", Path("some/where.toml"), suite.path)
    with pytest.raises(TypeError, match=r"path is a pathlib\.Path"):
        bench.Suite(**FACTS, path="some/where.toml")


def test_each_kind_is_one_class_with_one_plural() -> None:
    assert {kind: component.kind for kind, component in KINDS.items()} == {kind: kind for kind in KINDS}
    assert set(PLURALS) == set(KINDS)
    assert all(issubclass(component, Component) for component in KINDS.values())


def test_every_kind_is_what_a_plugin_author_imports() -> None:
    exported: Callable[[str], object] = lambda name: getattr(bench, name)  # noqa: E731
    assert all(exported(component.__name__) is component for component in KINDS.values())
