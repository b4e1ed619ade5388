"""What stages stored until there are records goes with the last record that it was for."""

from __future__ import annotations

import pytest
import torch

from bench.plan.trials import plan_trials
from bench.runner.interim import Interim
from bench.runner.records import failed_record
from bench.store.artifacts import Artifact, has_artifact, write_artifact
from bench.store.layout import Layout
from bench.store.record import Fault
from bench.suite.load import load_suite


@pytest.fixture
def pair(catalog, write_suite, tmp_path):
    """Two trials of one scoring pass, the paths of their networks and of their scores, all there."""
    trials = plan_trials(load_suite(write_suite(), catalog), catalog)
    pair = [trial for trial in trials if trial.stages.score == trials[0].stages.score]
    keys = [pair[0].stages.finetune, pair[1].stages.finetune, pair[0].stages.score]
    paths = [Layout(tmp_path).artifact("interim", key) for key in keys]
    for path in paths:
        write_artifact(path, Artifact({"a": torch.zeros(1)}, {}))
    return pair, lambda: [has_artifact(path) for path in paths]


def test_a_network_goes_with_its_record_and_scores_with_the_last(tmp_path, pair):
    trials, there = pair
    interim = Interim(Layout(tmp_path), trials, [])
    assert there() == [True, True, True]
    interim.ended(trials[0].trial_id)
    assert there() == [False, True, True]
    interim.ended(trials[1].trial_id)
    assert there() == [False, False, False]
    assert list(tmp_path.rglob("interim/*")) == []


@pytest.mark.parametrize(
    ("traceback", "stays"), [("", True), ("Traceback …", False)], ids=["killed", "failed"]
)
def test_it_outlasts_a_worker_that_was_killed_but_not_a_trial_that_failed(tmp_path, pair, traceback, stays):
    trials, there = pair
    fault = Fault(kind="SIGKILL", message="no", traceback=traceback)
    Interim(Layout(tmp_path), trials, []).finished(failed_record(trials[0], "failed", None, "", fault))
    assert there() == [stays, True, True]


def test_what_a_killed_run_left_of_trials_with_records_goes_as_the_next_begins(tmp_path, pair):
    trials, there = pair
    Interim(Layout(tmp_path), trials[1:], trials[:1])
    assert there() == [False, True, True]
    Interim(Layout(tmp_path), [], trials)
    assert there() == [False, False, False]
