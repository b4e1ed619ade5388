"""A small share of what `python -m tests.fuzz` does, the same each time; and that it can find something."""

from __future__ import annotations

import os
import time

import pytest

from bench.errors import UserError
from tests.fuzz import campaign
from tests.fuzz.campaign import Case, Tally, keep, run_batch
from tests.fuzz.outcome import Outcome, commanded, judged
from tests.fuzz.targets import TARGETS

SHARE = 20


@pytest.mark.parametrize("target", TARGETS)
def test_a_few_cases_end_well_or_with_the_users_error(target):
    tally = Tally()
    run_batch(target, 1, 0, SHARE, tally)
    assert tally.cases[target] == SHARE
    assert tally.findings == {}


def test_a_case_is_the_same_each_time(tmp_path):
    for target in TARGETS:
        places = [tmp_path / f"{target}-{time}" for time in "ab"]
        for place in places:
            place.mkdir()
            Case(target, 1, 7).prepared(place)
        one, other = (
            {path.relative_to(place): path.read_bytes() for path in place.rglob("*") if path.is_file()}
            for place in places
        )
        assert one == other


def _raise(error):
    raise error


def _eat():
    return Outcome(code=len(bytearray(2**40)))


def _spin():
    while True:
        time.process_time()


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: _raise(KeyError("x")), "KeyError: 'x'"),
        (lambda: _raise(UserError("escaped")), "UserError"),
        (lambda: _raise(SystemExit(1)), "SystemExit"),
        (_eat, "MemoryError"),
        (_spin, "hang"),
        (os.abort, "the process ended with -6"),
        (commanded("list", "nothing-like-it"), ""),
    ],
    ids=["exception", "error", "exit", "memory", "loop", "crash", "users-error"],
)
def test_what_is_wrong_is_found_and_the_cases_after_it_are_run(act, said, monkeypatch):
    monkeypatch.setattr(campaign, "SECONDS", 0.3)
    monkeypatch.setattr(campaign, "TARGETS", {"one": lambda rng, _: act if rng.random() < 0.5 else Outcome})
    tally = Tally()
    run_batch("one", 3, 0, 4, tally)
    assert tally.cases["one"] == 4
    assert bool(tally.findings) == bool(said)
    assert all(said in problem for problem in tally.findings.values())
    assert len(tally.findings) < 4


def test_a_finding_is_kept_with_its_files(tmp_path):
    place = keep(Case("suites", 1, 3), "what was wrong", tmp_path)
    assert {path.name for path in place.iterdir()} >= {"problem.txt", "suite.toml"}
    assert (place / "problem.txt").read_text() == "what was wrong"


def test_a_command_that_says_no_hint_is_wrong(monkeypatch):
    monkeypatch.setattr("tests.fuzz.outcome.invoke", lambda _: 2)
    assert "no error and hint" in judged(commanded("list")).problem
