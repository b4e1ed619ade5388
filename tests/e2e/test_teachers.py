"""Suites with a teacher, run on real data by worker processes."""

from __future__ import annotations

import json

from bench.store.reading import read_records
from tests.unit.engine.test_teachers import MATCHING, TEACHER

FASTER = ("sparsity = [0.5, 0.9]", "sparsity = [0.5]")
TWO = ("seed = [0]", "seed = [0, 1]")


def run(bench_cli, suite, store, *words):
    code, out, error = bench_cli(
        "run", suite, "--store", store, "--json", "--device", "cpu", *(words or ("--jobs", "1"))
    )
    return code, json.loads(out)["trials"], error


def numbers(store):
    return {record.trial_id: (record.metrics, record.per_layer) for record in read_records(store)}


def made(store, stage):
    return sorted(path.name for path in (store / "artifacts" / stage).glob("*.safetensors"))


def test_students_of_one_teacher_come_out_alike_with_one_worker_and_with_two(
    bench_cli, write_suite, tmp_path
):
    suite = write_suite(MATCHING, FASTER, TWO, extra=f"{TEACHER}seed = 5\n")
    one, two = tmp_path / "one", tmp_path / "two"
    for store, jobs in ((one, "1"), (two, "2")):
        code, trials, error = run(bench_cli, suite, store, "--jobs", jobs)
        assert (code, trials["ok"], trials["failed"]) == (0, 4, 0), error
        assert (len(made(store, "teacher")), len(made(store, "train"))) == (1, 3)
    assert numbers(one) == numbers(two)
    record = next(iter(read_records(one)))
    assert record.spec.teacher.seed == 5
    assert record.components["teacher:pruner"].name == "unit-norm"


def test_a_second_run_takes_the_teacher_from_the_store(bench_cli, write_suite, tmp_path):
    suite, store = write_suite(MATCHING, FASTER, extra=TEACHER), tmp_path / "store"
    assert run(bench_cli, suite, store)[1]["ok"] == 2
    teachers = (store / "artifacts" / "teacher").glob("*")
    before = {path.name: path.stat().st_mtime_ns for path in teachers}
    more = ("--jobs", "1", "--set", "train.epochs=2")
    assert run(bench_cli, suite, store, *more)[1]["ok"] == 2
    assert {
        path.name: path.stat().st_mtime_ns for path in (store / "artifacts" / "teacher").glob("*")
    } == before
    assert len(made(store, "train")) == 3


def test_students_of_a_teacher_that_diverges_fail_with_its_reason(bench_cli, write_suite, tmp_path):
    suite = write_suite(
        FASTER, extra=f"{TEACHER}recipe.train.lr = 1e30\n".replace("recipe.train.epochs = 2\n", "")
    )
    code, trials, error = run(bench_cli, suite, tmp_path / "store")
    assert code == 1
    assert trials["failed"] == 2
    assert "the training loss is not finite" in error


def test_a_plan_counts_the_teacher(bench_cli, write_suite, tmp_path):
    suite = write_suite(extra=TEACHER)
    code, out, _ = bench_cli("plan", suite, "--store", tmp_path / "store")
    assert code == 0
    assert "2 dense networks behind those to do, 1 teachers, 8 epochs in all" in out
