"""`bench run` on data that must be found: identity on record, epochs chosen by validation, plain errors."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.plugins.pictures import write_idx

MNIST = ('["digits"]', '["mnist"]')
CHOOSES = (
    ('version = "1"', 'version = "1"\nvalidation = 0.25'),
    (
        "[recipe.train]\nepochs = 1",
        '[recipe.train]\nepochs = 3\nselect = "best-validation"',
    ),
    ("[recipe.finetune]\nepochs = 1", '[recipe.finetune]\nepochs = 2\nselect = "best-validation"'),
)


def records(store, kind="records"):
    return [json.loads(path.read_bytes()) for path in sorted((store / kind).rglob("*.json"))]


def trained_on(store):
    """The fingerprints that the checkpoints of both stages name."""
    return {
        json.loads(path.read_bytes())["facts"]["data_sha256"]
        for path in (store / "artifacts").rglob("*.json")
    }


@pytest.fixture
def data_dir(tmp_path):
    write_idx(tmp_path / "data" / "MNIST" / "raw")
    return tmp_path / "data"


def test_records_name_the_data_and_checkpoints_of_other_data_are_not_reused(
    bench_cli, write_suite, tmp_path, data_dir
):
    suite, store = write_suite(MNIST), tmp_path / "store"
    words = ("run", suite, "--store", store, "--data-dir", data_dir, "--jobs", 1)
    code, _, error = bench_cli(*words)
    assert code == 0, error
    first = records(store)
    [before] = {record["env"]["data_sha256"] for record in first}
    assert trained_on(store) == {before}
    shutil.rmtree(data_dir / "MNIST")
    write_idx(data_dir / "MNIST" / "raw", seed=9)
    assert bench_cli(*words, "--force")[0] == 0
    second = records(store)
    [after] = {record["env"]["data_sha256"] for record in second}
    assert after != before
    assert trained_on(store) == {after}
    assert [record["trial_id"] for record in first] == [record["trial_id"] for record in second]
    assert first[0]["metrics"]["loss_dense"] != second[0]["metrics"]["loss_dense"]


def test_the_place_of_the_data_is_in_no_spec(bench_cli, write_suite, tmp_path, data_dir):
    suite, store = write_suite(MNIST), tmp_path / "store"
    assert bench_cli("run", suite, "--store", store, "--data-dir", data_dir)[0] == 0
    assert all(record["spec"]["task_params"] == {} for record in records(store))
    assert str(tmp_path) not in json.dumps(records(store))


def test_the_chosen_epochs_are_on_record_and_come_again_from_the_store(bench_cli, write_suite, tmp_path):
    suite, store = write_suite(*CHOOSES), tmp_path / "store"
    assert bench_cli("run", suite, "--store", store)[0] == 0
    first = records(store)
    for record in first:
        assert record["selected"].keys() == {"train", "finetune"}
        assert 1 <= record["selected"]["train"] <= 3
        assert 1 <= record["selected"]["finetune"] <= 2
    assert bench_cli("run", suite, "--store", store, "--force")[0] == 0
    assert [record["selected"] for record in records(store)] == [record["selected"] for record in first]
    assert [record["metrics"] for record in records(store)] == [record["metrics"] for record in first]


SCHEDULES = """
[[entry]]
pruner = "magnitude"
schedule = { name = "iterative", params = { rounds = 2 } }

[[entry]]
pruner = "magnitude"
schedule = { name = "at-init", params = { retrain = "finetune" } }

[[entry]]
pruner = "magnitude"
schedule = { name = "one-shot", params = { retrain = "lr-rewind" } }
"""
CHOICES = [
    {"train", "at-init", "finetune"},
    {"train", "finetune", "finetune 2"},
    {"train", "lr-rewind"},
]


def test_every_course_of_a_schedule_chooses_and_says_so(bench_cli, write_suite, tmp_path):
    suite = write_suite(*CHOOSES, ("[0.5, 0.9]", "[0.9]"), extra=SCHEDULES)
    words = ("run", suite, "--store", tmp_path / "store", "--only", "pruner=magnitude")
    code, _, error = bench_cli(*words)
    assert code == 0, error
    first = {record["trial_id"]: record for record in records(tmp_path / "store")}
    seen = sorted((set(record["selected"]) for record in first.values()), key=sorted)
    assert [choices for choices in seen if choices != {"train", "finetune"}] == CHOICES
    assert bench_cli(*words, "--force")[0] == 0
    for record in records(tmp_path / "store"):
        assert record["selected"] == first[record["trial_id"]]["selected"]


def test_without_a_choice_records_say_nothing_of_one(bench_cli, write_suite, tmp_path):
    assert bench_cli("run", write_suite(), "--store", tmp_path / "store")[0] == 0
    assert all("selected" not in record for record in records(tmp_path / "store"))


def test_missing_data_ends_with_a_hint_and_without_a_record(bench_cli, write_suite, tmp_path):
    store = tmp_path / "store"
    code, out, error = bench_cli("run", write_suite(MNIST), "--store", store, "--data-dir", tmp_path / "none")
    assert (code, out) == (2, "")
    assert "error: task 'mnist': no data in" in error
    assert "hint: run with --download; or put MNIST/raw/" in error
    assert "Traceback" not in error
    assert records(store) == records(store, "failures") == []


def test_nothing_is_held_out_that_leaves_nothing(bench_cli, write_suite, tmp_path):
    suite = write_suite(('version = "1"', 'version = "1"\nvalidation = 0.0001'))
    code, _, error = bench_cli("run", suite, "--store", tmp_path / "store")
    assert code == 2
    assert "validation = 0.0001 holds out 0 of 1437 training examples" in error


def test_synthetic_tasks_and_the_shorthand_of_timm_run(bench_cli, write_suite, tmp_path, data_dir):
    tasks = """[
    "timm:torch/mnist",
    { name = "teacher", params = { hidden = [5, 3], train = 60, test = 20 } },
    { name = "gaussian-mixture", params = { classes = 3, train = 60, test = 20 } },
]"""
    suite, store = write_suite(('["digits"]', tasks), ("[0.5, 0.9]", "[0.5]")), tmp_path / "store"
    code, _, error = bench_cli("run", suite, "--store", store, "--data-dir", data_dir, "--jobs", 1)
    assert code == 0, error
    by_task = {record["spec"]["task"]: record for record in records(store)}
    assert by_task["timm"]["spec"]["task_params"]["name"] == "torch/mnist"
    assert by_task["teacher"]["spec"]["task_params"]["hidden"] == [5, 3]
    assert len({record["env"]["data_sha256"] for record in by_task.values()}) == 3


def test_doctor_says_where_data_is_looked_for(bench_cli, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "data"))
    _, out, _ = bench_cli("doctor", "--json", "--store", tmp_path / "store")
    [found] = [row for row in json.loads(out) if row["check"] == "data"]
    assert str(tmp_path / "data") in found["detail"]
