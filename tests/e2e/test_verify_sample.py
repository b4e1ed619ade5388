"""`bench records verify --sample`: trials drawn from records are run again, and come out the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import bench
from bench.runner.request import RunRequest
from bench.store.packing import pack_bytes
from bench.store.reading import read_records
from tests.conftest import TINY


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """The pack of a suite that ran here, with nothing else of its store."""
    folder = tmp_path_factory.mktemp("ran")
    suite = folder / "tiny.toml"
    suite.write_text(TINY)
    bench.run(suite, store=folder / "store", request=RunRequest(Path(), jobs=1, progress=False))
    path = folder / "tiny.jsonl.gz"
    path.write_bytes(pack_bytes(read_records(folder / "store")))
    return path


def verify(bench_cli, path, *words):
    code, out, _ = bench_cli("records", "verify", "--store", path, "--jobs", 1, "--json", *words)
    return code, json.loads(out)


def test_trials_come_out_the_same_to_the_bit_on_the_same_machine(bench_cli, pack):
    code, told = verify(bench_cli, pack, "--sample", 2, "--seed", 5)
    assert code == 0
    assert told["seed"] == 5
    assert [(one["result"], one["held_to"], one["differences"]) for one in told["trials"]] == [
        ("same", "exact", [])
    ] * 2


def test_a_number_that_was_written_by_hand_is_found(bench_cli, pack, tmp_path):
    [record] = [
        one for one in read_records(pack) if (one.spec.pruner, one.spec.sparsity) == ("magnitude", 0.5)
    ]
    better = record.model_copy(update={"metrics": {**record.metrics, "accuracy": 0.999}})
    forged = tmp_path / "tiny.jsonl.gz"
    forged.write_bytes(pack_bytes([better]))
    code, told = verify(bench_cli, forged, "--sample", 1)
    [one] = told["trials"]
    assert (code, one["result"]) == (1, "differs")
    assert one["differences"] == [
        {"name": "accuracy", "recorded": 0.999, "again": record.metrics["accuracy"]}
    ]
    code, out, _ = bench_cli("records", "verify", "--store", forged, "--sample", 1, "--jobs", 1)
    assert code == 1
    assert out.startswith("differs")
    assert "accuracy: 0.999 recorded" in out
