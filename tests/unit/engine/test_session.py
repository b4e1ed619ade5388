from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bench.engine.session import Recent, Session
from bench.plan.trials import plan_trials
from bench.store.layout import Layout
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings


@pytest.fixture
def session(catalog, tmp_path):
    return Session(catalog, torch.device("cpu"), Layout(tmp_path), Path(), False, print, print)


def test_a_fact_of_a_dense_network_is_computed_once(session):
    made = []
    for _ in range(3):
        assert session.once("network")("fact", lambda: made.append(1) or 7) == 7
    assert session.once("other network")("fact", lambda: 8) == 8
    assert len(made) == 1


def test_only_the_most_recent_are_kept():
    recent = Recent(2)
    for key in "aba":
        recent.get(key, lambda key=key: key)
    recent.get("c", lambda: "c")
    assert recent.get("a", lambda: "made again") == "a"
    assert recent.get("b", lambda: "made again") == "made again"


def test_data_are_loaded_once_and_shared_by_seeds_where_the_task_has_no_seed(session, catalog, write_suite):
    suite = load_suite(write_suite(), catalog, parse_settings(["seed=0,1"]))
    loaded = {id(session.data(trial.spec)) for trial in plan_trials(suite, catalog)}
    assert len(loaded) == 1
