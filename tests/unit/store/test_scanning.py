"""A scan reads a record once, and again when its file has changed; notes change nothing of what it finds."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.errors import UserError
from bench.store import scanning
from bench.store.packing import pack_bytes
from bench.store.scanning import Noting
from bench.store.store import Store


@pytest.fixture
def settled(monkeypatch):
    """Files count as old enough to be noted."""
    monkeypatch.setattr(scanning, "_SETTLED", -(10**15))


@pytest.fixture
def reads(monkeypatch):
    """What was parsed, in order."""
    seen, whole = [], scanning._whole

    def parsed(data):
        seen.append(data)
        return whole(data)

    monkeypatch.setattr(scanning, "_whole", parsed)
    return seen


@pytest.fixture
def four(tmp_path, make_record):
    """A store with four records, and their ids."""
    store, records = Store.open(tmp_path / "store"), [make_record(index) for index in range(4)]
    for record in records:
        store.write(record)
    return store, [record.trial_id for record in records]


def test_a_noted_record_is_not_read_again(four, settled, reads):
    store, ids = four
    assert store.done("tiny", ids, note=True) == set(ids)
    assert len(reads) == 4
    assert store.done("tiny", ids) == set(ids)
    assert len(reads) == 4


def test_nothing_is_noted_unless_asked_for(four, settled, reads):
    store, ids = four
    before = sorted(store.layout.root.rglob("*"))
    store.done("tiny", ids)
    store.done("tiny", ids)
    assert sorted(store.layout.root.rglob("*")) == before
    assert len(reads) == 8


def test_a_record_that_was_just_written_is_not_noted(four, reads):
    store, ids = four
    store.done("tiny", ids, note=True)
    store.done("tiny", ids, note=True)
    assert len(reads) == 8


@pytest.mark.parametrize("kept", ["size", "size and time"])
def test_a_noted_record_that_was_damaged_since_does_not_count(four, settled, kept):
    store, ids = four
    store.done("tiny", ids, note=True)
    path = store.layout.record("tiny", ids[0])
    then, data = path.stat(), path.read_bytes()
    _wait_for_another_tick(path.parent, then.st_ctime_ns)
    path.write_bytes(b"#" + data[1:])
    if kept == "size and time":
        os.utime(path, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert store.done("tiny", ids) == set(ids[1:])


def _wait_for_another_tick(folder, then):
    probe = folder / ".probe"
    while True:
        probe.write_bytes(b"")
        if probe.stat().st_ctime_ns > then:
            return


def test_only_new_records_of_a_noted_store_are_read(four, settled, reads, make_record):
    store, ids = four
    store.layout.record("tiny", ids[3]).unlink()
    store.done("tiny", ids, note=True)
    store.write(make_record(3))
    reads.clear()
    assert store.done("tiny", ids, note=True) == set(ids)
    assert len(reads) == 1


def test_a_store_that_was_copied_is_read_again(four, settled, reads, tmp_path):
    store, ids = four
    store.done("tiny", ids, note=True)
    shutil.copytree(store.layout.root, tmp_path / "copy")
    reads.clear()
    assert Store.at(tmp_path / "copy").done("tiny", ids) == set(ids)
    assert len(reads) == 4


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=st.binary(max_size=400), cut=st.integers(0, 800))
def test_damaged_notes_change_nothing(four, settled, notes, cut):
    store, ids = four
    store.done("tiny", ids, note=True)
    path = store.layout.notes("tiny")
    path.write_bytes(path.read_bytes()[:cut] + notes)
    store.layout.pack_notes("tiny").write_bytes(notes)
    assert store.done("tiny", [*ids, "0" * 64]) == set(ids)
    path.unlink()


def test_notes_on_a_record_that_is_gone_do_not_count(four, settled):
    store, ids = four
    store.done("tiny", ids, note=True)
    store.layout.record("tiny", ids[1]).unlink()
    assert store.done("tiny", ids) == {ids[0], ids[2], ids[3]}


def test_notes_are_written_anew_once_most_are_outdated(four, settled, monkeypatch):
    store, ids = four
    monkeypatch.setattr(scanning, "_SPARE_LINES", 0)
    for _ in range(5):
        for trial_id in ids:
            os.utime(store.layout.record("tiny", trial_id))
        store.done("tiny", ids, note=True)
    assert len(store.layout.notes("tiny").read_text().splitlines()) <= 8
    assert store.done("tiny", ids) == set(ids)


def test_a_store_with_a_file_where_notes_go_is_scanned_all_the_same(four, settled):
    store, ids = four
    (store.layout.root / "notes").write_text("")
    assert store.done("tiny", ids, note=True) == set(ids)


@pytest.fixture
def packed(tmp_path, make_record):
    store, records = Store.open(tmp_path / "packed"), [make_record(index) for index in range(3)]
    store.layout.packs.mkdir()
    store.layout.pack("tiny").write_bytes(pack_bytes(records))
    return store, [record.trial_id for record in records]


def test_a_noted_pack_is_not_read_again_until_it_changes(packed, settled, reads, make_record):
    store, ids = packed
    assert store.done("tiny", ids[:2], note=True) == set(ids[:2])
    assert store.done("tiny", ids) == set(ids)
    assert len(reads) == 3
    store.layout.pack("tiny").write_bytes(pack_bytes([make_record(0)]))
    assert store.done("tiny", ids) == {ids[0]}


def test_a_damaged_pack_is_said_also_where_it_was_noted(packed, settled):
    store, ids = packed
    store.done("tiny", ids, note=True)
    pack = store.layout.pack("tiny")
    pack.write_bytes(pack.read_bytes()[:-9])
    with pytest.raises(UserError, match="not a pack"):
        store.done("tiny", ids)


def test_a_run_notes_what_it_wrote_many_at_a_time(four, settled, reads, monkeypatch):
    store, ids = four
    monkeypatch.setattr(scanning, "_AT_ONCE", 1)
    noting = Noting(store.layout)
    for done, trial_id in enumerate(ids, start=1):
        noting.written("tiny", trial_id)
        assert len(reads) == done - 1
    noting.rest()
    assert len(reads) == 4
    assert store.done("tiny", ids) == set(ids)
    assert len(reads) == 4
    assert json.loads(reads[0])["trial_id"] == ids[0]
