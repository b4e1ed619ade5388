"""A store may be moved at any time: what is in it stays done, wherever it lies."""

from __future__ import annotations

import json

from tests.processes import contents


def test_a_store_that_is_moved_half_way_goes_on_where_it_stopped(bench_cli, write_suite, tmp_path):
    suite, here, there = write_suite(), tmp_path / "here", tmp_path / "other" / "there"
    words = ("run", suite, "--jobs", 1, "--json")
    assert bench_cli(*words, "--store", here, "--only", "pruner=magnitude")[0] == 0
    before = contents(here)
    there.parent.mkdir()
    here.rename(there)
    code, out, _ = bench_cli(*words, "--store", there)
    counts = {"ok": 2, "cached": 2, "failed": 0, "skipped": 0}
    assert (code, json.loads(out)["trials"]) == (0, counts)
    after = contents(there)
    assert before.items() <= after.items()
    assert {name for name in after if name.startswith("artifacts/train/")} <= before.keys()
    assert not here.exists()


def test_no_file_of_a_store_knows_where_it_lies(bench_cli, write_suite, tmp_path):
    store = tmp_path / "a-place-of-its-own"
    assert bench_cli("run", write_suite(), "--store", store, "--jobs", 1)[0] == 0
    named = [name for name, data in contents(store).items() if b"a-place-of-its-own" in data]
    assert named == []
