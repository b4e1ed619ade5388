"""The records that the project publishes are sound, and are those of the suites as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.plan.trials import plan_trials
from bench.store.reading import read_records
from bench.store.verify import verify
from bench.suite.load import load_suite

PUBLISHED = Path(__file__).parents[2] / "leaderboard" / "records"
SUITES = sorted(path.name.removesuffix(".jsonl.gz") for path in PUBLISHED.glob("*.jsonl.gz"))


def test_every_published_record_is_sound():
    verdicts = list(verify(PUBLISHED))
    assert len(verdicts) >= 180
    assert [verdict for verdict in verdicts if verdict.problem] == []


@pytest.mark.parametrize("suite", SUITES)
def test_a_published_suite_is_published_whole(catalog, suite):
    planned = {trial.trial_id for trial in plan_trials(load_suite(suite, catalog), catalog)}
    assert {record.trial_id for record in read_records(PUBLISHED, suite)} == planned


def test_the_suites_that_the_project_ran_are_there():
    assert {"digits", "mnist-lenet"} <= set(SUITES)


@pytest.mark.parametrize("suite", SUITES)
def test_the_claims_of_a_published_suite_can_be_had_without_training(bench_cli, suite):
    code, out, _ = bench_cli("claims", suite, "--store", PUBLISHED, "--json")
    assert code == 0
    assert all(claim["measured"] is not None for claim in json.loads(out))


def test_no_suite_mixes_data(catalog):
    data: dict[tuple[object, ...], set[str | None]] = {}
    for record in read_records(PUBLISHED):
        spec = record.spec
        made = (spec.seed,) if catalog.get("task", spec.task).seeded else ()
        key = (record.suite.name, spec.task, str(spec.task_params), *made)
        data.setdefault(key, set()).add(record.env.data_sha256)
    assert {name: found for name, found in data.items() if len(found - {None}) > 1} == {}


def test_published_dense_networks_are_as_good_as_the_suite_promises():
    by_model: dict[str, list[float]] = {}
    for record in read_records(PUBLISHED, "digits"):
        by_model.setdefault(record.spec.model, []).append(record.metrics["accuracy_dense"])
    assert min(by_model["lenet-300-100"]) >= 0.97
    assert min(by_model["lenet-5"]) >= 0.97
    assert min(by_model["resnet8"]) >= 0.98
