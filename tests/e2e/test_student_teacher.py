"""Students beside their teachers, from the suite to the claim."""

from __future__ import annotations

import json

from bench.store.reading import read_records

SUITE = """
schema = 1
name = "small-teacher"
version = "1"
summary = "A student of a teacher that reads four of twelve inputs."
measures = ["accuracy", "sparsity", "unit-curve", "teacher-match", "path-distribution", "input-ranking"]

[grid]
task = { name = "teacher", params = { inputs = 12, relevant = 4, hidden = [6, 5], train = 200, test = 100 } }
model = { name = "mlp", params = { hidden = [10, 5], bias = false } }
seed = [0, 1, 2, 3, 4]
sparsity = 0.5

[recipe.train]
epochs = 1

[[entry]]
pruner = "unit-norm"

[[claim]]
id = "paths"
source = "none"
statement = "Path weights of students are nearer to their teachers' with training."
analysis = "path-distribution"
params = { of = "whole", distance = "ks", where = ["metrics.teacher_units<=6"] }
expected = "reported"

[[claim]]
id = "transition"
source = "none"
statement = "The error is level from the teacher's number of units on."
analysis = "transition"
params = { estimator = "tolerance", report = "relative", where = ["metrics.units>=10"] }
expected = "reported"
"""


def test_what_students_share_with_teachers_is_recorded_and_claimed(bench_cli, tmp_path):
    suite, store = tmp_path / "small-teacher.toml", tmp_path / "store"
    suite.write_text(SUITE, encoding="utf-8")
    code, _, error = bench_cli("run", suite, "--store", store, "--jobs", 1)
    assert code == 0, error
    records = list(read_records(store))
    assert len(records) == 5
    for record in records:
        assert not record.unmeasured
        assert record.metrics["teacher_units"] == 6
        assert record.metrics["relevant_inputs"] == 4
        assert len(record.curves["paths_teacher"]) == 101
    code, out, error = bench_cli("claims", suite, "--store", store, "--json")
    assert code == 0, error
    claim, transition = json.loads(out)
    distances = sorted(record.metrics["paths_ks_whole"] for record in records)
    assert claim["measured"] == distances[2]
    assert distances[0] <= claim["low"] <= claim["measured"] <= claim["high"] <= distances[-1]
    points = sorted(level_from(record.curves["mse_by_units"]) / 6 for record in records)
    assert transition["measured"] == points[2]


def level_from(errors):
    """The smallest n from which on the error stays within twice the last one."""
    return next(n for n in range(len(errors)) if max(errors[n:]) <= 2 * errors[-1])
