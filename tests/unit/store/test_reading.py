from __future__ import annotations

import gzip
import json

import pytest

from bench.errors import UserError
from bench.store.packing import pack_bytes
from bench.store.reading import parse_record, read_records, some_records
from bench.store.store import Store, to_bytes


def test_a_record_survives_storing(make_record):
    record = make_record()
    assert parse_record(to_bytes(record), "here") == record


def test_packs_and_loose_records_read_alike(tmp_path, make_record):
    records = [make_record(index) for index in range(4)]
    store = Store.open(tmp_path / "loose")
    for record in records:
        store.write(record)
    packed = tmp_path / "packed"
    packed.mkdir()
    (packed / "tiny.jsonl.gz").write_bytes(pack_bytes(records))
    by_id = {record.trial_id: record for record in records}
    assert {record.trial_id: record for record in read_records(tmp_path / "loose")} == by_id
    assert {record.trial_id: record for record in read_records(packed)} == by_id
    assert {record.trial_id: record for record in read_records(packed / "tiny.jsonl.gz")} == by_id


def test_a_pack_has_the_same_bytes_whatever_the_order(make_record):
    records = [make_record(index) for index in range(4)]
    assert pack_bytes(records) == pack_bytes(reversed(records))


def test_a_trial_that_is_loose_and_packed_is_read_once(tmp_path, make_record):
    store = Store.open(tmp_path)
    store.write(make_record())
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "tiny.jsonl.gz").write_bytes(pack_bytes([make_record(), make_record(1)]))
    assert len(list(read_records(tmp_path))) == 2
    assert store.done("tiny", [make_record(1).trial_id]) == {make_record(1).trial_id}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plain: plain | {"schema": 2}, "has schema 2"),
        (lambda plain: plain | {"surprise": 1}, "surprise"),
        (lambda plain: {key: plain[key] for key in plain if key != "spec"}, "spec"),
        (lambda plain: plain | {"trial_id": "../../etc/passwd"}, "trial_id"),
        (lambda plain: plain | {"metrics": {"accuracy": "0.9"}}, "metrics.accuracy"),
        (lambda plain: plain | {"status": "great"}, "status"),
        (lambda plain: plain | {"started": "x" * 1000}, "started"),
    ],
)
def test_what_is_no_record_is_refused_with_the_field(make_record, change, said):
    data = json.dumps(change(make_record().plain()))
    with pytest.raises(UserError) as caught:
        parse_record(data, "here")
    assert said in caught.value.message


@pytest.mark.parametrize(
    "data", ["[]", "1", "null", "{" * 100_000, '{"a": Infinity}', '{"a": 1, "a": 1}', "\x00"]
)
def test_what_is_no_json_object_is_refused(data):
    with pytest.raises(UserError, match="not a record"):
        parse_record(data, "here")


def test_a_huge_record_is_refused_unread():
    with pytest.raises(UserError, match="larger than"):
        parse_record(b" " * 4_000_001, "here")


@pytest.mark.parametrize(
    "damage",
    [b"", b"plain text", gzip.compress(b"{}\n", mtime=0)[:-6], gzip.compress(b"{}\n", mtime=0)],
    ids=["empty", "no gzip", "cut off", "no records"],
)
def test_a_damaged_pack_is_refused(tmp_path, damage):
    (tmp_path / "x.jsonl.gz").write_bytes(damage)
    if damage:
        with pytest.raises(UserError, match="not a"):
            list(read_records(tmp_path))
    else:
        assert list(read_records(tmp_path)) == []


def test_a_missing_store_is_refused(tmp_path):
    with pytest.raises(UserError, match="no such store"):
        list(read_records(tmp_path / "nowhere"))


def test_some_records_are_the_first_of_each_folder_and_pack(tmp_path, make_record):
    store = Store.open(tmp_path)
    records = [make_record(index) for index in range(4)]
    for record in records:
        store.write(record)
    store.layout.packs.mkdir()
    store.layout.pack("tiny").write_bytes(pack_bytes(records[1:]))
    first = sorted(record.trial_id for record in records)[:2]
    packed = sorted(record.trial_id for record in records[1:])[:2]
    assert [record.trial_id for record in some_records(tmp_path, 2)] == first + packed
    assert [record.trial_id for record in some_records(store.layout.packs, 2)] == packed
