from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.suite.expand import expand
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings


def contests(path, catalog, *settings):
    return list(expand(load_suite(path, catalog, parse_settings(settings)), catalog))


def test_a_list_of_parameter_values_is_a_product(catalog, write_suite):
    path = write_suite(extra='params.scope = ["global", "layer"]\n')
    assert [contest.pruner.params for contest in contests(path, catalog)][1:] == [
        {"scope": "global"},
        {"scope": "layer"},
    ]


def test_defaults_are_written_out(catalog, write_suite):
    [magnitude, _] = contests(write_suite(), catalog)
    assert magnitude.pruner.params == {"scope": "global"}
    assert magnitude.recipe.train.objective_params == {"label_smoothing": 0.0}


def test_an_override_changes_only_the_cells_it_matches(catalog, write_suite):
    path = write_suite(
        ('model = ["lenet-300-100"]', 'model = ["lenet-300-100", "lenet-5"]'),
        extra='[[override]]\nwhen = { model = "lenet-5" }\nrecipe.train = { lr = 0.5 }\n',
    )
    rates = {contest.model.name: contest.recipe.train.lr for contest in contests(path, catalog)}
    assert rates == {"lenet-300-100": 0.1, "lenet-5": 0.5}


def test_a_setting_wins_over_an_override_and_an_entry(catalog, write_suite):
    path = write_suite(
        extra="recipe.train = { lr = 0.3 }\n"
        '[[override]]\nwhen = { task = "digits" }\nrecipe.train = { lr = 0.5 }\n',
    )
    assert [contest.recipe.train.lr for contest in contests(path, catalog)] == [0.5, 0.3]
    assert {contest.recipe.train.lr for contest in contests(path, catalog, "train.lr=0.7")} == {0.7}


def test_the_recipe_of_a_method_is_its_own(catalog, write_suite):
    path = write_suite(('pruner = "random"', 'pruner = "weight-decay"'))
    [magnitude, decay] = contests(path, catalog, "train.weight_decay=0.0001")
    assert magnitude.recipe.train.weight_decay == 0.0001
    assert decay.recipe.train.weight_decay == 0.005


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('pruner = "random"', 'pruner = "randon"', "[[entry]] 2: unknown pruner 'randon'"),
        ('pruner = "random"', 'pruner = "random"\nparams.scop = "layer"', "unknown parameter 'scop'"),
        ('pruner = "random"', 'pruner = "random"\nparams.scope = "all"', "is not one of global, layer"),
        ('"lenet-300-100"', '"lenet-300"', "grid.model: unknown model 'lenet-300'"),
        ('pruner = "random"', 'pruner = "random"\nrecipe.train = { lrr = 1 }', "unknown key 'lrr'"),
        ("epochs = 1", 'epochs = 1\nobjective = "nothing"', "unknown objective 'nothing'"),
    ],
)
def test_a_fault_names_the_entry(catalog, write_suite, old, new, said):
    with pytest.raises(UserError) as caught:
        contests(write_suite((old, new)), catalog)
    assert said in caught.value.message
