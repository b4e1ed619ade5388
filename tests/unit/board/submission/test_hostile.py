"""Hostile submissions: all are refused with a reason, and nothing of them is on the board."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.board.build import build_board
from tests.unit.board.submission.cases import MARK, Case, all_records, good_records, packed
from tests.unit.board.submission.confined import Confined
from tests.unit.board.submission.hostile_accepted import ACCEPTED
from tests.unit.board.submission.hostile_files import FILES
from tests.unit.board.submission.hostile_numbers import NUMBERS
from tests.unit.board.submission.hostile_texts import TEXTS

STARTS = ("error: ", "hint: ", "refused: ", "note: ", "digits 1: ", "  partial: ")
CASES = [*TEXTS, *NUMBERS, *FILES, *ACCEPTED]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bounds, links and pipes are POSIX's")


@pytest.fixture(scope="module")
def confined() -> Iterator[Confined]:
    process = Confined()
    yield process
    process.close()


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("accepted")
    packed(folder, all_records())
    return folder


def submitted(case: Case, folder: Path) -> Path:
    folder.mkdir()
    return case.make(folder, good_records()) or folder


def test_the_table_is_long_and_names_each_case_once():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names) >= 100


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_submission_is_refused_with_its_reason(case, confined, accepted, tmp_path):
    path = submitted(case, tmp_path / "submission")
    words = ["--accepted", accepted] if case in ACCEPTED else []
    code, out, err = confined("board", "check", path, *words, *(["--whole"] if case.whole else []))
    told = out + err
    assert (code, case.says in told) == (case.code, True), told
    assert "hint: " in told
    assert "Traceback" not in told
    assert told.isascii()
    assert all(line.startswith(STARTS) for line in told.splitlines())


def test_the_good_records_that_were_spoiled_are_accepted(confined, tmp_path):
    code, out, _ = confined("board", "check", packed(tmp_path, good_records()))
    assert code == 0, out


def test_nothing_hostile_comes_onto_the_board(tmp_path):
    packed(tmp_path / "good", good_records())
    clean = build_board(tmp_path / "good", tmp_path / "clean", figures=False)
    store = tmp_path / "store"
    packed(store / "aaa", good_records())
    alone = [case for case in CASES if case.alone]
    for case in alone:
        submitted(case, store / case.name)
    built = build_board(store, tmp_path / "site", figures=False)
    assert (built.records, built.files) == (clean.records, clean.files)
    for name in built.files:
        assert (built.out / name).read_bytes() == (clean.out / name).read_bytes()
        assert MARK not in (built.out / name).read_text(encoding="utf-8")
    assert all(line.isascii() and "\n" not in line for line in built.left_out)
