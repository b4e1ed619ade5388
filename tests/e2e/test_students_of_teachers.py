"""Students of polarity teachers: banks across teachers, batches with replacement, and their traces."""

from __future__ import annotations

from pathlib import Path

import pytest

import bench
from bench.runner.request import RunRequest
from tests.e2e.test_run import records

SUITE = """
schema = 1
name = "students"
version = "1"
summary = "Small students of uneven teachers."
measures = ["accuracy", { name = "sv-trace", params = { k = 2, epochs = [0, 3] } }]

[grid]
task = [
    { name = "polarity-teacher", params = { inputs = 8, outputs = 4, train = 60, test = 30 }},
    { name = "polarity-teacher", params = { inputs = 8, outputs = 4, train = 60, test = 30, polarity = 2.0 }},
    { name = "polarity-teacher", params = { inputs = 5, outputs = 4, train = 60, test = 30 }},
]
model = { name = "mlp", params = { hidden = [6], init = "normal", std = 0.1 } }
seed = [0, 1]
sparsity = 0.5

[recipe.train]
epochs = 3
sampling = "replacement"
steps_per_epoch = 50
batch_size = 4
lr = 0.05
momentum = 0.0
schedule = "constant"
objective_params = { reduction = "half-sum" }

[recipe.finetune]
epochs = 0

[[entry]]
pruner = "magnitude"
"""


def run(folder, **options):
    suite = folder / "students.toml"
    suite.write_text(SUITE)
    bench.run(suite, store=folder, request=RunRequest(Path(), progress=False, jobs=1, **options))
    return records(folder)


@pytest.fixture(scope="module")
def banked(tmp_path_factory):
    """The records of a run in banks."""
    return run(tmp_path_factory.mktemp("banked"))


def test_students_of_several_teachers_learn_in_banks_what_they_learn_alone(banked, tmp_path):
    alone = run(tmp_path, banks=False)
    assert len(banked) == 6
    assert banked.keys() == alone.keys()
    for trial_id, record in banked.items():
        for key in ("mse_dense", "mse"):
            assert record["metrics"][key] == pytest.approx(alone[trial_id]["metrics"][key], rel=1e-3)


def test_a_student_on_its_own_gives_the_bits_it_gave_beside_those_of_other_teachers(banked, tmp_path):
    [(trial_id, record)] = run(tmp_path, only=("seed=1", "task_params.polarity=2.0")).items()
    assert record == banked[trial_id]


def test_a_record_tells_how_batches_were_drawn_and_what_was_traced(banked):
    for record in banked.values():
        first, last = record["traces"]
        assert (first["epoch"], last["epoch"]) == (0, 3)
        assert last["metrics"]["sv_1_mean"] > first["metrics"]["sv_1_mean"]
        assert record["spec"]["recipe"]["train"]["steps_per_epoch"] == 50
        assert "sampling" not in record["spec"]["recipe"]["finetune"]
