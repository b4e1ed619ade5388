"""`bench records migrate`, with a schema 0 made up for it: there records call their status `ending`."""

from __future__ import annotations

import errno
import gzip
import json
import os
import signal
import subprocess
import sys

import pytest

from bench.store import schemas
from bench.store.layout import Layout
from bench.store.reading import read_records
from bench.store.store import Store, to_bytes

KILLED = """
import os, signal, sys
from bench.cli import main
from bench.store import schemas

def step(plain):
    return {"status" if key == "ending" else key: value for key, value in plain.items()}

def fsync(descriptor, left=[int(sys.argv.pop(1))]):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

schemas.STEPS = {0: step}
os.fsync = fsync
main()
"""


def up(plain):
    return {"status" if key == "ending" else key: value for key, value in plain.items()}


def down(record):
    plain = {"ending" if key == "status" else key: value for key, value in record.plain().items()}
    return json.dumps(plain | {"schema": 0}).encode()


def contents(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def steps(monkeypatch):
    monkeypatch.setattr(schemas, "STEPS", {0: up})


@pytest.fixture
def older(tmp_path, make_record):
    """A store with two loose records, a failure, and a pack of two: all of schema 0 but one in the pack."""
    store = Store.open(tmp_path / "store")
    records = [make_record(index) for index in range(4)]
    for record in records[:2]:
        store.write(record).write_bytes(down(record))
    failed = make_record(2, status="failed", error={"kind": "ValueError", "message": "no"})
    store.write(failed).write_bytes(down(failed))
    pack = store.layout.pack("tiny")
    pack.parent.mkdir()
    lines = [down(records[2]), json.dumps(records[3].plain()).encode()]
    pack.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    return store.layout.root, records, failed


def test_all_records_are_brought_up_and_none_is_changed_otherwise(bench_cli, steps, older):
    root, records, failed = older
    code, out, _ = bench_cli("records", "migrate", "--store", root, "--json")
    summary = json.loads(out)
    assert (code, summary["migrated"], summary["current"], summary["left"]) == (0, 4, 1, [])
    assert sorted(read_records(root), key=str) == sorted(records, key=str)
    assert list(read_records(Layout(root).failures)) == [failed]
    assert Layout(root).record("tiny", records[0].trial_id).read_bytes() == to_bytes(records[0])


def test_a_second_time_there_is_nothing_to_do(bench_cli, steps, older):
    root = older[0]
    bench_cli("records", "migrate", "--store", root)
    before = contents(root)
    code, out, err = bench_cli("records", "migrate", "--store", root)
    assert (code, out) == (0, "")
    assert "nothing to do: 5 records have schema 1" in err
    assert contents(root) == before


def test_a_dry_run_names_the_files_and_writes_none(bench_cli, steps, older):
    root = older[0]
    before = contents(root)
    code, out, err = bench_cli("records", "migrate", "--store", root, "--dry-run")
    assert code == 0
    assert len(out.splitlines()) == 4
    assert "4 records in 4 files would be brought up to schema 1, 1 had it" in err
    assert contents(root) == before


@pytest.mark.parametrize("verb", ["run", "plan", "claims", "list"])
def test_an_older_record_is_answered_with_the_way_up(bench_cli, steps, older, write_suite, verb):
    words = ("records", "list") if verb == "list" else (verb, write_suite())
    code, _, err = bench_cli(*words, "--store", older[0])
    assert code == 2
    assert "has schema 0, this prunebench reads 1\nhint: `bench records migrate --store`" in err


def test_an_older_record_is_neither_run_again_nor_replaced(steps, older, make_record):
    root, records, failed = older
    store, before = Store.at(root), contents(root)
    for call in (
        lambda: store.done("tiny", [records[0].trial_id]),
        lambda: store.failed("tiny", [failed.trial_id]),
        lambda: store.write(make_record(metrics={"accuracy": 0.1})),
        lambda: store.write(make_record(2)),
    ):
        with pytest.raises(schemas.OtherSchema, match="has schema 0"):
            call()
    assert contents(root) == before


def test_a_record_from_whose_schema_no_step_leads_is_no_record(older):
    root, records, _ = older
    Layout(root).pack("tiny").unlink()
    assert Store.at(root).done("tiny", [records[0].trial_id]) == set()


def test_newer_and_damaged_records_are_left_and_named(bench_cli, steps, older):
    root, records, _ = older
    newer, damaged = (Layout(root).record("tiny", record.trial_id) for record in records[:2])
    newer.write_bytes(newer.read_bytes().replace(b'"schema": 0', b'"schema": 2'))
    damaged.write_bytes(damaged.read_bytes()[:-9])
    before = contents(root)
    code, _, err = bench_cli("records", "migrate", "--store", root)
    assert code == 1
    assert f"left as it is: {newer}: has schema 2" in err
    assert f"left as it is: {damaged}: not a record" in err
    assert "2 records in 2 files brought up to schema 1" in err
    assert contents(root)[newer] == before[newer]
    assert contents(root)[damaged] == before[damaged]


def test_what_a_step_cannot_treat_is_left_and_named(bench_cli, monkeypatch, older):
    root, before = older[0], contents(older[0])
    monkeypatch.setattr(schemas, "STEPS", {0: lambda plain: plain.pop("no such key")})
    code, _, err = bench_cli("records", "migrate", "--store", root)
    assert code == 1
    assert "not a record of schema 0: KeyError: 'no such key'" in err
    assert contents(root) == before


def test_a_record_whose_trial_id_changes_lies_under_its_new_name(bench_cli, monkeypatch, older):
    root, records, _ = older
    monkeypatch.setattr(schemas, "STEPS", {0: lambda plain: up(plain) | {"trial_id": "f" * 64}})
    path = Layout(root).record("tiny", records[0].trial_id)
    Layout(root).record("tiny", records[1].trial_id).unlink()
    assert bench_cli("records", "migrate", "--store", root)[0] == 0
    assert [found.name for found in path.parent.iterdir()] == [f"{'f' * 64}.json"]


def test_a_full_disk_stops_it_and_nothing_is_lost(bench_cli, steps, older, monkeypatch):
    root, before = older[0], contents(older[0])

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        code, _, err = bench_cli("records", "migrate", "--store", root)
    assert code == 2
    assert "cannot write the record: No space left on device\nhint: make room" in err
    assert contents(root) == before
    assert bench_cli("records", "migrate", "--store", root)[0] == 0


@pytest.mark.parametrize("write", [1, 2, 4])
def test_a_killed_migration_goes_on(bench_cli, steps, older, write):
    root, records, failed = older
    words = [sys.executable, "-c", KILLED, str(write), "records", "migrate", "--store", str(root)]
    killed = subprocess.run(words, capture_output=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL
    code, out, _ = bench_cli("records", "migrate", "--store", root, "--json")
    assert (code, json.loads(out)["migrated"]) == (0, 5 - write)
    assert sorted(read_records(root), key=str) == sorted(records, key=str)
    assert list(read_records(Layout(root).failures)) == [failed]
    assert list(root.rglob("*.tmp")) == []


def test_a_store_that_is_not_there_is_said(bench_cli, tmp_path):
    code, _, err = bench_cli("records", "migrate", "--store", tmp_path / "nowhere")
    assert code == 2
    assert "no such store" in err
