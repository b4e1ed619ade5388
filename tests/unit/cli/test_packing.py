"""`bench records pack`: what is left out of a pack."""

from __future__ import annotations

import json

import pytest

from bench.store import packing
from bench.store.reading import read_records
from tests.unit.board.submission.cases import PUBLISHED, all_records, packed


@pytest.fixture
def accepted(tmp_path):
    return packed(tmp_path / "accepted", all_records()[:170]).parent


def test_what_another_folder_has_can_be_left_out(bench_cli, accepted, tmp_path):
    words = ("--store", PUBLISHED, "--without", accepted, "--out", tmp_path / "mine", "--json")
    code, out, _ = bench_cli("records", "pack", *words)
    [row] = json.loads(out)
    assert (code, row["suite"], row["records"]) == (0, "digits", 10)
    kept = {record.trial_id for record in read_records(tmp_path / "mine")}
    assert kept == {plain["trial_id"] for plain in all_records()[170:]}


def test_a_pack_of_nothing_new_is_refused(bench_cli, tmp_path):
    words = ("--store", PUBLISHED, "--without", PUBLISHED.parent, "--out", tmp_path)
    code, _, err = bench_cli("records", "pack", *words)
    assert code == 2
    assert "all of its records are in" in err
    assert list(tmp_path.iterdir()) == []


def test_a_pack_that_no_reader_would_take_is_not_written(bench_cli, tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "MAX_PACK_BYTES", 100_000)
    code, _, err = bench_cli("records", "pack", "--store", PUBLISHED, "--out", tmp_path)
    assert code == 2
    assert "180 records in one pack: it would unfold to more than 100000 bytes" in err
    assert list(tmp_path.iterdir()) == []
