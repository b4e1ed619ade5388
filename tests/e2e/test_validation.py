"""What the measure `validation` reads in a run: the held-out examples, and nothing where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

import bench
from bench.runner.request import RunRequest
from bench.store.reading import read_records
from tests.conftest import TINY

HEADER = "\n".join(("", 'measures = ["accuracy", "validation"]', "[grid]"))
STATES = ("", "_dense", "_pruned")


def run(folder: Path, header: str):
    suite = folder / "tiny.toml"
    suite.write_text(TINY.replace("\n[grid]", header, 1))
    return bench.run(suite, store=folder / "store", request=RunRequest(Path(), jobs=1, progress=False))


def test_it_is_the_share_of_right_answers_on_the_held_out_examples(tmp_path):
    frame = run(tmp_path, f"\nvalidation = 0.2{HEADER}")
    assert frame["status"].tolist() == ["ok"] * 4
    for state in STATES:
        right = frame[f"metrics.validation_accuracy{state}"] * round(0.2 * 1437)
        assert right.tolist() == pytest.approx(right.round().tolist(), abs=1e-9)
        assert (frame[f"metrics.validation_loss{state}"] != frame[f"metrics.loss{state}"]).all()
    assert (frame["metrics.validation_accuracy"] > 0.5).any()


def test_without_a_validation_split_the_record_says_why_there_is_nothing(tmp_path):
    frame = run(tmp_path, HEADER)
    assert frame["status"].tolist() == ["ok"] * 4
    assert frame["metrics.validation_accuracy"].isna().all()
    for record in read_records(tmp_path / "store"):
        assert "holds nothing out" in record.unmeasured["validation"]
