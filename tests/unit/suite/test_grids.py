from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.plan.trials import plan_trials
from bench.suite.expand import expand
from bench.suite.load import load_suite

ONE = """[grid]
task = ["digits"]
model = ["lenet-300-100"]
seed = [0]
sparsity = [0.5, 0.9]
"""
SEVERAL = """[[grid]]
name = "small"
task = "digits"
model = "lenet-300-100"
seed = [0]
sparsity = [0.5]

[[grid]]
name = "wide"
task = { name = "teacher", params.hidden = [[5, 20], [10, 20]], params.noise = [0.0, 0.1] }
model = { name = "mlp", params.hidden = [20, 20] }
seed = [1, 2]
sparsity = [0.9]
"""


def planned(path, catalog):
    return plan_trials(load_suite(path, catalog), catalog)


def test_the_cells_are_the_union_of_the_products(catalog, write_suite):
    trials = planned(write_suite((ONE, SEVERAL)), catalog)
    cells = {(one.spec.task, one.spec.model, one.spec.seed, one.spec.sparsity) for one in trials}
    assert cells == {
        ("digits", "lenet-300-100", 0, 0.5),
        ("teacher", "mlp", 1, 0.9),
        ("teacher", "mlp", 2, 0.9),
    }
    assert len(trials) == 2 + 2 * 2 * 4


def test_lists_of_a_tasks_parameters_are_a_product(catalog, write_suite):
    suite = load_suite(write_suite((ONE, SEVERAL)), catalog)
    found = [contest.task.params for contest in expand(suite, catalog) if contest.task.name == "teacher"]
    chosen = [(params["hidden"], params["noise"]) for params in found[::2]]
    assert chosen == [([5, 20], 0.0), ([5, 20], 0.1), ([10, 20], 0.0), ([10, 20], 0.1)]
    assert {tuple(one.model.params.get("hidden", ())) for one in expand(suite, catalog)} == {(), (20, 20)}


def test_one_grid_in_a_list_plans_the_same_trials(catalog, write_suite):
    plain = [trial.trial_id for trial in planned(write_suite(), catalog)]
    listed = planned(write_suite(("[grid]", '[[grid]]\nname = "only"')), catalog)
    assert [trial.trial_id for trial in listed] == plain


def test_a_trial_of_two_grids_is_one_trial(catalog, write_suite):
    again = '[[grid]]\nname = "again"\ntask = "digits"\nmodel = "lenet-300-100"\nseed = [0, 1]\n'
    both = write_suite(("[grid]", '[[grid]]\nname = "first"'), extra=again + "sparsity = 0.5\n")
    assert len(planned(both, catalog)) == 4 + 2


def test_entries_and_overrides_keep_to_their_grids(catalog, write_suite):
    path = write_suite(
        (ONE, SEVERAL),
        ('pruner = "random"', 'pruner = "random"\ngrids = ["small"]'),
        extra='[[override]]\ngrids = ["wide"]\nrecipe.train.lr = 0.5\n'
        '[[override]]\nwhen = { task = "teacher" }\ngrids = ["small"]\nrecipe.train.momentum = 0.0\n',
    )
    trials = planned(path, catalog)
    found = {(one.spec.task, one.spec.pruner, one.spec.recipe.train.lr) for one in trials}
    assert found == {
        ("digits", "magnitude", 0.1),
        ("digits", "random", 0.1),
        ("teacher", "magnitude", 0.5),
    }
    assert {one.spec.recipe.train.momentum for one in trials} == {0.9}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "wide"\n', "", "each of several grids needs a name"),
        ('name = "wide"', 'name = "small"', "two grids have the same name"),
        ('name = "wide"', 'name = "seed"', "[[grid]] 2: an axis is called 'seed'"),
        ('name = "wide"', 'name = "a.b"', "[[grid]] 2: name"),
        ("seed = [1, 2]", "seed = [1, 1]", "[[grid]] 2: seed names a value twice"),
        ("seed = [1, 2]", 'seed = [1, "a"]', "[[grid]] 2: seed[2]"),
        ("seed = [1, 2]", "seeds = [1]", "[[grid]] 2: unknown key 'seeds'"),
        ('pruner = "random"', 'pruner = "random"\ngrids = ["wyde"]', "[[entry]] 2: grids: no grid is called"),
        ('pruner = "random"', 'pruner = "random"\ngrids = []', "[[entry]] 2: grids"),
        ("noise = [0.0, 0.1]", "noise = []", "[[grid]] 2.task: task 'teacher': parameter 'noise' is a list"),
        ("noise = [0.0, 0.1]", 'noise = ["a"]', "parameter 'noise' = 'a' is not of type float"),
        ("[5, 20]", '["a"]', "parameter 'hidden' = ['a'] is not of type int"),
    ],
)
def test_a_fault_names_the_grid(catalog, write_suite, old, new, said):
    path = write_suite((ONE, SEVERAL), (old, new))
    with pytest.raises(UserError) as caught:
        planned(path, catalog)
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("old", "new", "near"),
    [("seed = [1, 2]", "seeds = [1, 2]", "seed"), ("seed = [1, 2]", "seed = [1]", "wide")],
)
def test_unknown_names_are_met_with_the_nearest(catalog, write_suite, old, new, near):
    path = write_suite((ONE, SEVERAL), (old, new), ('"random"', '"random"\ngrids = ["wyde"]'))
    with pytest.raises(UserError) as caught:
        load_suite(path, catalog)
    assert f"did you mean '{near}'" in caught.value.hint


def test_an_override_says_where_it_applies(catalog, write_suite):
    with pytest.raises(UserError, match=r"\[\[override\]\] 1: neither when nor grids"):
        load_suite(write_suite(extra="[[override]]\nrecipe.train.lr = 0.5\n"), catalog)


def test_two_equal_entries_of_one_grid_are_still_refused(catalog, write_suite):
    path = write_suite((ONE, SEVERAL), ('pruner = "random"', 'pruner = "magnitude"'))
    with pytest.raises(UserError, match="two entries give the same trial"):
        planned(path, catalog)
