"""Settings from end to end: what was run under `--set` is what its claims are measured on."""

from __future__ import annotations

import json

from bench.store.reading import read_records

SUITE = """
schema = 1
name = "teachers"
version = "1"
summary = "A student of a random teacher."

[[grid]]
name = "small"
task = { name = "teacher", params = { inputs = 4, hidden = [5, 5], train = 64, test = 32 } }
model = { name = "mlp", params.hidden = [6] }
sparsity = [0.5]

[[grid]]
name = "wide"
task = { name = "teacher", params = { inputs = 4, hidden = [5, 5], train = 64, test = 32 } }
model = { name = "mlp", params.hidden = [12] }
seed = [7]
sparsity = [0.5]

[recipe.train]
epochs = 1
penalties = [{ objective = "l2", weight = 0.001 }]

[recipe.finetune]
epochs = 0

[[entry]]
pruner = "magnitude"

[[entry]]
pruner = "random"
grids = ["wide"]

[[claim]]
id = "loss"
source = "none"
statement = "There is a loss."
analysis = "metric-at"
params.metric = "mse"
params.where = ["task_params.hidden=[4, 3]", "model_params.hidden=[6]", "recipe.train.penalties.l2=0.25"]
expected = "some"
low = 0
"""
SETTINGS = ("task.hidden=4,3", "grid.small.seed=0,1,2", "train.penalties.l2.weight=0.25")


def test_claims_are_measured_on_the_trials_of_the_same_settings(bench_cli, tmp_path):
    path, store = tmp_path / "teachers.toml", tmp_path / "store"
    path.write_text(SUITE, encoding="utf-8")
    words = [word for setting in SETTINGS for word in ("--set", setting)]
    code, out, error = bench_cli("run", path, "--store", store, "--jobs", 1, "--json", *words)
    assert (code, json.loads(out)["trials"]["ok"]) == (0, 5), error
    records = list(read_records(store))
    assert {tuple(record.spec.task_params["hidden"]) for record in records} == {(4, 3)}
    code, out, error = bench_cli("claims", path, "--store", store, "--json", "--check", *words)
    [row] = json.loads(out)
    assert (code, row["holds"], error) == (0, True, "")
    measured = [one.metrics["mse"] for one in records if one.spec.model_params["hidden"] == [6]]
    assert row["measured"] == sum(measured) / 3
    assert row["low"] < row["measured"] < row["high"]
    code, out, error = bench_cli("claims", path, "--store", store, "--json", "--set", "task.noise=0, 1")
    assert (json.loads(out)[0]["measured"], "0 of the 10 trials" in error) == (None, True)
    assert error.splitlines()[-1] == f"hint: bench run {path} --store {store} --set 'task.noise=0, 1'"


def test_a_setting_of_the_wrong_type_is_the_users_error(bench_cli, tmp_path):
    path = tmp_path / "teachers.toml"
    path.write_text(SUITE, encoding="utf-8")
    for verb in ("plan", "run", "claims"):
        code, out, error = bench_cli(verb, path, "--store", tmp_path, "--set", "task.hidden=wide")
        assert (code, out) == (2, "")
        assert "--set task.hidden: 'wide' is not of type int" in error
        assert "hint: expected list of int" in error


def test_the_plan_tells_tasks_and_models_apart_by_their_parameters(bench_cli, tmp_path):
    path = tmp_path / "teachers.toml"
    path.write_text(SUITE, encoding="utf-8")
    _, out, _ = bench_cli("plan", path, "--store", tmp_path, "--set", "task.hidden=[[4, 3], [5, 5]]")
    for name in (
        "teacher (hidden=[4, 3])",
        "teacher (hidden=[5, 5])",
        "mlp (hidden=[6])",
        "mlp (hidden=[12])",
    ):
        assert name in out
