"""What is run again: earlier failures of the kinds that are asked for, and no others."""

from __future__ import annotations

import itertools

import pytest

from bench.plan.trials import plan_trials
from bench.runner.records import failed_record
from bench.runner.states import situation
from bench.store.record import Fault
from bench.store.store import Store
from bench.suite.load import load_suite

STATUSES = ("failed", "oom", "timeout", "unsupported")


@pytest.fixture
def failures(catalog, write_suite, tmp_path):
    """A store in which each of four trials failed in its own way, and these trials."""
    trials = plan_trials(load_suite(write_suite(), catalog), catalog)
    store = Store.open(tmp_path / "store")
    for trial, status in zip(trials, STATUSES, strict=True):
        store.write(failed_record(trial, status, None, "2026-01-01", Fault(kind=status, message="no")))
    return store, trials


@pytest.mark.parametrize("count", range(len(STATUSES) + 1))
def test_only_failures_of_the_kinds_asked_for_are_run_again(failures, count):
    store, trials = failures
    for retry in itertools.combinations(STATUSES, count):
        found = situation(trials, store, retry, force=False)
        todo = [status for trial, status in zip(trials, STATUSES, strict=True) if trial in found.todo]
        assert todo == [status for status in STATUSES if status in retry]
        assert {record.status for record in found.failures.values()} == set(STATUSES) - set(retry)


def test_all_are_run_again_where_all_are_asked_for(failures):
    store, trials = failures
    assert situation(trials, store, ("all",), force=False).todo == tuple(trials)
