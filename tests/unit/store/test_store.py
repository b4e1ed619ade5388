from __future__ import annotations

import errno
import json
import os

import pytest

from bench.errors import UserError
from bench.store.reading import parse_record
from bench.store.store import Store


def test_a_stored_record_counts_as_done(tmp_path, make_record):
    store, record = Store.open(tmp_path), make_record()
    store.write(record)
    assert store.done("tiny", [record.trial_id, "0" * 64]) == {record.trial_id}


def test_a_failure_is_kept_apart_and_never_counts_as_done(tmp_path, make_record):
    store = Store.open(tmp_path)
    record = make_record(status="failed", error={"kind": "ValueError", "message": "no"})
    path = store.write(record)
    assert path.is_relative_to(tmp_path / "failures")
    assert store.done("tiny", [record.trial_id]) == set()
    assert store.failed("tiny", [record.trial_id]) == {record.trial_id: record}


def test_a_success_replaces_an_earlier_failure(tmp_path, make_record):
    store = Store.open(tmp_path)
    store.write(make_record(status="timeout", error={"kind": "timeout", "message": "slow"}))
    store.write(make_record())
    assert store.failed("tiny", [make_record().trial_id]) == {}
    assert store.done("tiny", [make_record().trial_id]) == {make_record().trial_id}


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"{}", b'{"schema": 1, "schema": 1}', b'{"schema": 1, "metrics": NaN}']
)
def test_a_damaged_record_does_not_count_as_done(tmp_path, make_record, damage):
    store, record = Store.open(tmp_path), make_record()
    store.write(record).write_bytes(damage)
    assert store.done("tiny", [record.trial_id]) == set()


def test_every_truncation_of_a_record_is_noticed(tmp_path, make_record):
    store, record = Store.open(tmp_path), make_record()
    path = store.write(record)
    whole = path.read_bytes()
    for length in range(0, len(whole) - 2, 97):
        path.write_bytes(whole[:length])
        assert store.done("tiny", [record.trial_id]) == set()


def test_a_record_under_a_wrong_name_does_not_count(tmp_path, make_record):
    store, record = Store.open(tmp_path), make_record()
    store.write(record).rename(store.layout.record("tiny", "f" * 64))
    assert store.done("tiny", ["f" * 64]) == set()


def test_a_newer_store_is_refused_and_left_alone(tmp_path):
    (tmp_path / "store.json").write_text('{"schema": 2}')
    with pytest.raises(UserError, match="has schema 2, this prunebench reads up to 1") as caught:
        Store.open(tmp_path)
    assert "upgrade prunebench" in caught.value.hint
    assert (tmp_path / "store.json").read_text() == '{"schema": 2}'


def test_a_newer_record_is_an_error_not_a_reason_to_run_again(tmp_path, make_record):
    store, record = Store.open(tmp_path), make_record()
    path = store.write(record)
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 2'))
    with pytest.raises(UserError, match="schema 2"):
        store.done("tiny", [record.trial_id])


@pytest.mark.parametrize("status", ["ok", "failed"])
@pytest.mark.parametrize("again", ["ok", "failed"])
def test_a_newer_record_is_never_replaced(tmp_path, make_record, status, again):
    store, error = Store.open(tmp_path), {"kind": "ValueError", "message": "no"}
    path = store.write(make_record(status=status, error=None if status == "ok" else error))
    newer = path.read_bytes().replace(b'"schema": 1', b'"schema": 2')
    path.write_bytes(newer)
    with pytest.raises(UserError, match="has schema 2"):
        store.write(make_record(status=again, error=None if again == "ok" else error))
    assert path.read_bytes() == newer


def test_a_newer_failure_is_an_error_not_a_reason_to_run_again(tmp_path, make_record):
    store, record = Store.open(tmp_path), make_record(status="oom", error={"kind": "oom", "message": "no"})
    path = store.write(record)
    path.write_bytes(path.read_bytes().replace(b'"schema": 1', b'"schema": 2'))
    with pytest.raises(UserError, match="schema 2"):
        store.failed("tiny", [record.trial_id])


@pytest.mark.parametrize("schema", ["0", "-1", "true", "1.5", '"1"', "null"])
def test_what_names_no_schema_of_a_store_is_no_store(tmp_path, schema):
    (tmp_path / "store.json").write_text(f'{{"schema": {schema}}}')
    with pytest.raises(UserError, match="not the marker of a store"):
        Store.open(tmp_path)


def test_a_store_that_is_a_file_is_refused(tmp_path):
    path = tmp_path / "store"
    path.write_text("")
    with pytest.raises(UserError, match="cannot write the store"):
        Store.open(path)


def test_a_full_disk_is_said_and_the_old_record_stays(tmp_path, make_record, monkeypatch):
    store, record = Store.open(tmp_path), make_record()
    path = store.write(record)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="cannot write the record: No space left"):
        store.write(make_record(metrics={"accuracy": 0.6}))
    assert path.read_bytes() == before
    assert [path for path in tmp_path.rglob("*") if path.suffix == ".tmp"] == []


def test_no_temporary_file_is_left(tmp_path, make_record):
    store = Store.open(tmp_path)
    for index in range(4):
        store.write(make_record(index))
    assert [path for path in tmp_path.rglob("*") if path.suffix == ".tmp"] == []


@pytest.mark.parametrize("marker", [b"", b"\xff", b"[", b'{"schema": 1, "x": ' + b"[" * 5000, b" " * 20_000])
def test_a_marker_that_is_none_is_refused(tmp_path, marker):
    (tmp_path / "store.json").write_bytes(marker)
    with pytest.raises(UserError, match="not the marker of a store"):
        Store.at(tmp_path)


def test_pipes_in_a_stores_places_are_not_waited_for(tmp_path, make_record):
    record = make_record()
    store = Store.open(tmp_path)
    path = store.write(record)
    suite = record.suite.name
    path.unlink()
    os.mkfifo(path)
    store.layout.packs.mkdir()
    os.mkfifo(store.layout.pack(suite))
    store.layout.notes(suite).parent.mkdir()
    os.mkfifo(store.layout.notes(suite))
    os.mkfifo(store.layout.pack_notes(suite))
    assert store.done(suite, [record.trial_id], note=True) == set()
    store.layout.marker.unlink()
    os.mkfifo(store.layout.marker)
    with pytest.raises(UserError, match="not the marker of a store"):
        Store.at(tmp_path)


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "A", "x" * 65])
def test_a_record_names_no_suite_that_could_be_no_folder(make_record, name):
    plain = make_record().plain()
    plain["suite"]["name"] = name
    with pytest.raises(UserError, match=r"suite\.name"):
        parse_record(json.dumps(plain), "here")
