"""All measures in a real run: traces, times and what a network does not allow."""

from __future__ import annotations

from pathlib import Path

import pytest

import bench
from bench.runner.request import RunRequest
from bench.store.reading import read_records
from tests.conftest import TINY

MEASURES = """measures = [
  "accuracy", "sparsity", "singular-values", "operator", "bytes", "dead-weights",
  { name = "latency", params.seconds = 0.0 }, { name = "throughput", params.seconds = 0.0 },
  { name = "sv-trace", params.epochs = [0, 1, 7], params.k = 2 },
]
"""
PLAIN = ("[grid]", 'measures = ["accuracy"]\n[grid]')


def run(suite, store):
    bench.run(
        suite, store=store, settings={"sparsity": [0.9]}, request=RunRequest(Path(), jobs=1, progress=False)
    )
    return {record.spec.pruner: record for record in read_records(store)}


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    path = tmp_path_factory.mktemp("suites") / "tiny.toml"
    path.write_text(TINY.replace("[grid]", f"{MEASURES}\n[grid]"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(suite, tmp_path_factory):
    store = tmp_path_factory.mktemp("measured")
    return store, run(suite, store)


def test_a_second_run_from_scratch_repeats_all_that_is_not_volatile(suite, finished, tmp_path):
    _, before = finished
    after = run(suite, tmp_path)
    assert before.keys() == after.keys() == {"magnitude", "random"}
    for pruner, record in before.items():
        assert record.reproducible() == after[pruner].reproducible()
        assert {name for name in record.metrics if "latency" in name} <= set(record.volatile)
        assert record.metrics["latency_cpu_256_ms"] > 0


def test_trials_of_one_dense_network_share_its_traces_at_the_epochs_it_reached(finished):
    _, records = finished
    one, other = records["magnitude"].traces, records["random"].traces
    assert [point.epoch for point in one] == [0, 1]
    assert one == other
    for point in one:
        assert point.per_layer.keys() == {"fc1", "fc2", "fc3"}
        assert all(layer["sv_1"] >= layer["sv_2"] > 0 for layer in point.per_layer.values())
    assert one[0].metrics != one[1].metrics


def test_traces_come_from_the_store_with_the_dense_network(suite, finished):
    store, before = finished
    for path in (store / "records").rglob("*.json"):
        path.unlink()
    artifacts = {path: path.stat().st_mtime_ns for path in (store / "artifacts").rglob("*") if path.is_file()}
    after = run(suite, store)
    assert {path: path.stat().st_mtime_ns for path in artifacts} == artifacts
    assert {name: record.reproducible() for name, record in before.items()} == {
        name: record.reproducible() for name, record in after.items()
    }


def test_tracing_leaves_training_as_it_was(finished, tmp_path):
    _, with_trace = finished
    path = tmp_path / "tiny.toml"
    path.write_text(TINY.replace(*PLAIN), encoding="utf-8")
    for pruner, record in run(path, tmp_path / "store").items():
        assert record.traces == ()
        assert {name: with_trace[pruner].metrics[name] for name in record.metrics} == record.metrics


def test_a_suite_that_asks_for_traces_gets_them_though_the_network_is_stored_without(suite, tmp_path):
    plain = tmp_path / "plain.toml"
    plain.write_text(TINY.replace(*PLAIN).replace('"tiny"', '"plain"'), encoding="utf-8")
    run(plain, tmp_path / "store")
    run(suite, tmp_path / "store")
    traced = [record for record in read_records(tmp_path / "store") if record.suite.name == "tiny"]
    assert [len(record.traces) for record in traced] == [2, 2]
