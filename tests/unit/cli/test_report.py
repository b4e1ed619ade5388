from __future__ import annotations

import pytest

from bench.cli import report as reporting
from bench.plan.trials import plan_trials
from bench.runner.request import RunSummary
from bench.store.store import Store
from bench.suite.load import load_suite
from tests.unit.runner.test_estimate import ENV, TIMING, ok_record


@pytest.fixture
def told(catalog, write_suite, tmp_path, capsys):
    """What is printed after a run of four trials: on stdout, and on stderr."""
    trials = plan_trials(load_suite(write_suite(), catalog), catalog)
    outcome = {"metrics": {"accuracy": 0.5, "sparsity": 0.5}, "timing": TIMING}
    for trial in trials:
        Store.open(tmp_path).write(ok_record(trial, ENV, "2025-01-01T00:00:00Z", outcome, ()))

    def tell():
        reporting.report(RunSummary("tiny", tmp_path, len(trials), 0, 0, 0, 1.0), trials, tmp_path)
        return capsys.readouterr()

    return tell


@pytest.mark.parametrize(("most", "shown"), [(4, True), (3, False)])
def test_standings_are_printed_of_so_many_trials_and_no_more(told, monkeypatch, most, shown):
    monkeypatch.setattr(reporting, "MOST_STANDINGS", most)
    said = told()
    assert ("magnitude" in said.out) is shown
    assert ("no standings of more than 3 trials" in said.err) is not shown
