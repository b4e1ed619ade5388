from __future__ import annotations

from dataclasses import replace

import pytest

from bench.plan.trials import plan_trials
from bench.runner import estimate as estimating
from bench.runner.estimate import estimate
from bench.runner.records import ok_record
from bench.store import reading
from bench.store.reading import read_record
from bench.store.record import Environment
from bench.store.store import Store
from bench.suite.load import load_suite

ENV = Environment(python="3", torch="2", device="cpu", cpu="c", os="o", threads=1, prunebench="0")
TIMING = {"train": 30.0, "prune": 1.0, "finetune": 8.0, "measure": 2.0}


@pytest.fixture
def plan(catalog, write_suite):
    def planned(schedule):
        entry = f'pruner = "magnitude"\nschedule = {schedule}'
        path = write_suite(('pruner = "magnitude"', entry), ("epochs = 1\n\n[[", "epochs = 4\n\n[["))
        return plan_trials(load_suite(path, catalog), catalog)

    return planned


def seconds(trials, store):
    return estimate(trials, {trial.trial_id: "todo" for trial in trials}, store)


def test_nothing_is_said_without_a_record(plan, tmp_path):
    assert seconds(plan('"one-shot"'), tmp_path / "none") is None


def test_rounds_cost_their_epochs(plan, tmp_path):
    one, *_ = plan('"one-shot"')
    outcome = {"metrics": {}, "timing": TIMING}
    Store.open(tmp_path).write(ok_record(one, ENV, "2025-01-01T00:00:00Z", outcome, ()))
    assert seconds([one], tmp_path) == pytest.approx(30 + 1 + 8 + 2)
    rounds, *_ = plan('{ name = "iterative", params = { rounds = 5 } }')
    assert seconds([rounds], tmp_path) == pytest.approx(30 + 1 + 5 * 8 + 2)
    assert seconds([one, rounds], tmp_path) == pytest.approx(30 + 2 * 3 + 6 * 8)
    odd = one.spec.model_copy(update={"schedule": "iterative", "schedule_params": {"retrain": "finetune"}})
    strange = replace(one, trial_id="f" * 64, spec=odd)
    Store.open(tmp_path).write(ok_record(strange, ENV, "2025-01-01T00:00:00Z", outcome, ()))
    early, *_ = plan('"at-init"')
    assert seconds([early], tmp_path) == pytest.approx(30 + 3 + 1 * 2)


def test_so_many_records_are_looked_at_and_no_more(plan, tmp_path, monkeypatch):
    one, *_ = trials = plan('"one-shot"')
    for trial in trials:
        outcome = {"metrics": {}, "timing": TIMING}
        Store.open(tmp_path).write(ok_record(trial, ENV, "2025-01-01T00:00:00Z", outcome, ()))
    asked = []
    monkeypatch.setattr(estimating, "LOOKED_AT", 1)
    monkeypatch.setattr(reading, "read_record", lambda path: asked.append(path) or read_record(path))
    assert seconds([one], tmp_path) == pytest.approx(30 + 1 + 8 + 2)
    assert len(asked) == 1
