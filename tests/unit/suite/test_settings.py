"""`--set`: each form of key, and that a set value is what a file would say."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import api
from bench.errors import UserError
from bench.plan.trials import plan_trials
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings

SUITE = """
schema = 1
name = "set"
version = "1"
summary = "Two grids."

[[grid]]
name = "width"
task = ["digits", { name = "teacher", params.hidden = HIDDEN, params.noise = NOISE }]
model = [{ name = "mlp", params.hidden = [20, 20] }, { name = "mlp", params.hidden = [30, 20] }]
seed = SEED
sparsity = [0.5]

[[grid]]
name = "other"
task = { name = "teacher", params.hidden = HIDDEN, params.noise = NOISE }
model = { name = "mlp", params.hidden = [7] }
seed = SEED
sparsity = [0.9]

[recipe.train]
lr = LR
penalties = [{ objective = "l2", weight = WEIGHT }]

[[entry]]
pruner = "magnitude"

[[entry]]
pruner = "random"
recipe.finetune.penalties = [{ objective = "l2", weight = 0.5 }]
"""
SMOOTHING = "recipe.train.objective_params.label_smoothing"
HEAD = 'schema = 1\nname = "both"\nversion = "1"\nsummary = "Two."\n'
PLAIN = {"HIDDEN": [5, 20], "NOISE": [0.0], "SEED": [0], "LR": 0.1, "WEIGHT": 0.001}


@pytest.fixture
def write(tmp_path):
    def _write(**values):
        text = SUITE
        for word, value in (PLAIN | values).items():
            text = text.replace(word, json.dumps(value))
        path = tmp_path / "set.toml"
        path.write_text(text)
        return path

    return _write


def planned(path, catalog, *pairs):
    return plan_trials(load_suite(path, catalog, parse_settings(pairs)), catalog)


def ids(trials):
    return [trial.trial_id for trial in trials]


def found(trials, key):
    """The values of a dotted key of the specs, as JSON."""
    values = set()
    for trial in trials:
        value = trial.spec.model_dump(mode="json")
        for word in key.split("."):
            value = value.get(word) if isinstance(value, dict) else value
        values.add(json.dumps(value))
    return values


@pytest.mark.parametrize(
    ("pair", "key", "values"),
    [
        ("task.hidden=12,20", "task_params.hidden", {"null", "[12, 20]"}),
        ("grid.task.hidden=[12]", "task_params.hidden", {"null", "[12]"}),
        ("task.hidden=12", "task_params.hidden", {"null", "[12]"}),
        ("task.hidden=[[5,20],[10,20]]", "task_params.hidden", {"null", "[5, 20]", "[10, 20]"}),
        ("task.noise=0,0.1", "task_params.noise", {"null", "0.0", "0.1"}),
        ("grid.other.task.hidden=6,6", "task_params.hidden", {"null", "[5, 20]", "[6, 6]"}),
        ("model.hidden=60,20", "model_params.hidden", {"[60, 20]"}),
        ("grid.width.model.hidden=9,9", "model_params.hidden", {"[9, 9]", "[7]"}),
        ("grid.width.seed=4,5", "seed", {"0", "4", "5"}),
        ("grid.other.task=digits", "task", {'"digits"', '"teacher"'}),
        ("task=digits", "task", {'"digits"'}),
        ("pruner.scope=global,layer", "params.scope", {'"global"', '"layer"'}),
        (f"{SMOOTHING}=0.1", SMOOTHING, {"0.1"}),
        ("validation=0.25", "validation", {"0.25"}),
        ("output_layer=exempt", "output_layer", {'"exempt"'}),
    ],
)  # fmt: skip
def test_a_setting_reaches_what_it_names(write, catalog, pair, key, values):
    assert found(planned(write(), catalog, pair), key) == values


def test_the_grid_that_is_named_wins_over_all_of_them(write, catalog):
    pairs = ["grid.other.task.hidden=6,6", "task.hidden=8,8", "grid.other.seed=3", "seed=1"]
    trials = planned(write(), catalog, *pairs)
    teachers = [one.spec for one in trials if one.spec.task == "teacher"]
    assert {(*one.task_params["hidden"], one.seed) for one in teachers} == {(8, 8, 1), (6, 6, 3)}


def test_the_weight_of_a_penalty_changes_where_there_is_one(write, catalog):
    pairs = ["train.penalties.l2.weight=0.25", "recipe.finetune.penalties.l2.weight=2"]
    trials = planned(write(), catalog, *pairs)
    weights = {
        (
            one.spec.pruner,
            *(penalty.weight for penalty in one.spec.recipe.train.penalties),
            *(penalty.weight for penalty in one.spec.recipe.finetune.penalties),
        )
        for one in trials
    }
    assert weights == {("magnitude", 0.25), ("random", 0.25, 2.0)}


def test_a_parameter_of_a_penalty_changes(write, catalog):
    trials = planned(write(), catalog, "train.penalties.l2.params.target=all")
    assert {one.spec.recipe.train.penalties[0].params["target"] for one in trials} == {"all"}


def test_penalties_can_be_set_whole(write, catalog):
    trials = planned(write(), catalog, 'recipe.train.penalties=[{objective="l1", weight=1e-4}]')
    assert {one.spec.recipe.train.penalties[0].objective for one in trials} == {"l1"}


def test_what_becomes_equal_is_one_and_keeps_its_order(write, catalog):
    trials = planned(write(), catalog, "model.hidden=60,20", "sparsity=0.5", "task.hidden=3")
    assert [(one.spec.task, one.spec.pruner) for one in trials] == [
        (task, pruner) for task in ("digits", "teacher") for pruner in ("magnitude", "random")
    ]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    values=st.fixed_dictionaries(
        {
            "HIDDEN": st.lists(st.integers(1, 50), min_size=1, max_size=3),
            "NOISE": st.lists(st.floats(0, 1), min_size=1, max_size=2, unique=True),
            "SEED": st.lists(st.integers(0, 9), min_size=1, max_size=2, unique=True),
            "LR": st.floats(0.001, 1),
            "WEIGHT": st.floats(0, 0.4),
        }
    )
)
def test_a_set_value_is_what_a_file_would_say(write, catalog, values):
    keys = {
        "HIDDEN": "task.hidden",
        "NOISE": "grid.task.noise",
        "SEED": "seed",
        "LR": "recipe.train.lr",
        "WEIGHT": "train.penalties.l2.weight",
    }
    mapping = {keys[word]: value for word, value in values.items()}
    by_words = planned(write(), catalog, *(f"{key}={json.dumps(value)}" for key, value in mapping.items()))
    by_mapping = api.plan(write(), mapping)
    written = planned(write(**values), catalog)
    assert ids(by_words) == ids(by_mapping) == ids(written)


@pytest.mark.parametrize(
    ("pair", "said", "hint"),
    [
        ("task.hiden=5", "no task here has a parameter 'hiden'", "did you mean 'hidden'"),
        ("model.image_size=5", "no model here has a parameter 'image_size'", "known: bias, hidden"),
        ("parametrization.x=5", "no parametrization here has a parameter 'x' (direct)", "take no parameters"),
        ("grid.widht.seed=1", "no grid is called 'widht'", "did you mean 'width'"),
        ("grid.widht.task.noise=1", "no grid is called 'widht'", "did you mean 'width'"),
        ("task.hidden=a,b", "--set task.hidden: ['a', 'b'] is not of type int", "expected list of int"),
        ("task.noise=-1", "--set task.noise: -1 is below 0", "expected float"),
        ("task.noise=[]", "--set task.noise: no values", "expected float"),
        ("train.penalties.l3.weight=1", "no recipe.train has a penalty 'l3'", "known: l2"),
        ("finetune.penalties.l1.weight=1", "no recipe.finetune has a penalty 'l1'", "known: l2"),
        ("train.penalties.l2.weight=a", "penalties[1].weight: Input should be a valid number", ""),
        ("train.penalties.l2.params.x=1", "no parameter 'x' of l2", "known: target"),
        ("train.objective_params.T=4", "no parameter 'T' of supervised", "known: label_smoothing"),
        ("train.objective_params.label_smoothing=x", "'x' is not of type float", "expected float"),
        ("train.lr=x", "train.lr: Input should be a valid number", ""),
        ("validation=2", "validation: Input should be less than 1", ""),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(write, catalog, pair, said, hint):
    with pytest.raises(UserError) as caught:
        planned(write(), catalog, pair)
    assert said in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "pair", ["grid=1", "grid.width=1", "grid.width.name=1", "task.a.b=1", "recipe.train=1"]
)
def test_an_unknown_key_is_refused(pair):
    with pytest.raises(UserError, match="unknown key"):
        parse_settings([pair])


def test_of_joined_suites_one_at_least_has_what_is_set(write, catalog, write_suite, tmp_path):
    write()
    joined = tmp_path / "both.toml"
    joined.write_text(f'{HEAD}include = ["set.toml", "{write_suite().name}"]\n')
    trials = planned(joined, catalog, "task.hidden=9", "grid.other.seed=5")
    assert found(trials, "task_params.hidden") == {"null", "[9]"}
    assert {one.spec.seed for one in trials if one.suite.name == "tiny"} == {0}
    with pytest.raises(UserError, match="no task here has a parameter 'hiden'"):
        planned(joined, catalog, "task.hiden=9")
