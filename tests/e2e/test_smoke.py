"""The smoke forms of the papers' suites: everything runs, is measured and can be claimed and drawn."""

from __future__ import annotations

import json

import pytest

from bench.store.reading import read_records

SUITES = (
    "spectral-student-teacher-smoke",
    "spectrum-preserving-smoke",
    "dark-knowledge-smoke",
    "student-specialization-smoke",
)


@pytest.mark.slow
@pytest.mark.parametrize("suite", SUITES)
def test_a_papers_smoke_suite_runs_whole(bench_cli, suite, tmp_path):
    store = tmp_path / "store"
    code, _, error = bench_cli("run", suite, "--store", store, "--jobs", 2)
    assert code == 0, error
    assert {record.status for record in read_records(store)} == {"ok"}
    assert len(list(read_records(store))) == len(
        json.loads(bench_cli("plan", suite, "--store", store, "--json")[1])
    )
    code, out, error = bench_cli(
        "claims", suite, "--store", store, "--figures", tmp_path / "figures", "--json"
    )
    assert code == 0, error
    assert "is not drawn" not in error
    assert [claim["id"] for claim in json.loads(out) if claim["measured"] is None] == []
