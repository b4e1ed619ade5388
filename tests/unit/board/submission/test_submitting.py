"""SUBMITTING.md: its commands work as they stand, and its numbers are those of the code."""

from __future__ import annotations

import re
import shutil
from dataclasses import fields

import pytest

from bench.board.submission.agreement import ACCURACY_TOLERANCE, MSE_FACTOR
from bench.board.submission.files import MOST_FOLDERS
from bench.board.submission.problems import MOST_PROBLEMS
from bench.board.submission.report import Report, SuiteShare
from bench.board.submission.texts import LONGEST_TEXT
from bench.runner.rerun import Rerun
from bench.store.comparing import FRACTION_TOLERANCE, RELATIVE_TOLERANCE
from bench.store.reading import MAX_RECORD_BYTES
from bench.suite.nesting import MAX_DEPTH
from tests.unit.board.submission.cases import PUBLISHED, ROOT, changed, good_records, packed

TEXT = (ROOT / "leaderboard" / "SUBMITTING.md").read_text(encoding="utf-8")
COMMANDS = [line.strip() for line in re.findall(r"^ *(bench .*|mkdir .*)$", TEXT, re.MULTILINE)]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with accepted records, and a store in which a further seed ran."""
    (tmp_path / "leaderboard" / "records").mkdir(parents=True)
    shutil.copy(PUBLISHED, tmp_path / "leaderboard" / "records")
    fresh = changed(good_records()[0], "spec.seed", 3)
    fresh["metrics"]["loss"] = 0.123456
    packed(tmp_path / "my-store", [fresh, *good_records()])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_steps_lead_to_a_submission_that_is_accepted(checkout, bench_cli):
    run, pack, check, add, _ = (line.split() for line in COMMANDS)
    assert bench_cli(*run[1:], "--dry-run")[0] == 0
    assert bench_cli(*pack[1:])[0] == 0
    code, out, _ = bench_cli(*check[1:])
    assert code == 0
    assert "accepted: 1 new records" in out
    assert add[-1] == "leaderboard/records/my-name/"
    shutil.copytree(checkout / "leaderboard", checkout / "after")
    shutil.copytree(checkout / "my-records", checkout / "after" / "records" / "my-name")
    words = ("board", "check", "after/records", "--accepted", "leaderboard/records", "--whole")
    assert bench_cli(*words)[0] == 0


def test_the_limits_it_states_are_those_of_the_code():
    plain = " ".join(TEXT.split())
    for said in (
        f"accuracies within {ACCURACY_TOLERANCE:g} of each other",
        f"up to {LONGEST_TEXT} characters",
        f"at most {MOST_FOLDERS} folders deep",
        f"nested more than {MAX_DEPTH} deep",
        f"a record up to {MAX_RECORD_BYTES // 10**6} MB",
        f"sparsities to within {FRACTION_TOLERANCE:g},",
    ):
        assert said in plain
    assert (MSE_FACTOR, RELATIVE_TOLERANCE, MOST_PROBLEMS) == (2, 0.1, 100)  # told in words


def test_every_key_of_the_json_is_told():
    keys = {field.name for part in (Report, SuiteShare, Rerun) for field in fields(part)} | {
        "accepted",
        "seed",
    }
    assert {key for key in keys if f"`{key}`" not in TEXT} - {"suite", "version"} == set()
