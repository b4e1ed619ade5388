"""The records that the project publishes are sound, and are those of the suites as they are."""

from __future__ import annotations

from pathlib import Path

from bench.plan.trials import plan_trials
from bench.store.reading import read_records
from bench.store.verify import verify
from bench.suite.load import load_suite

PUBLISHED = Path(__file__).parents[2] / "leaderboard" / "records"


def test_every_published_record_is_sound():
    verdicts = list(verify(PUBLISHED))
    assert len(verdicts) >= 180
    assert [verdict for verdict in verdicts if verdict.problem] == []


def test_the_digits_suite_is_published_whole(catalog):
    planned = {trial.trial_id for trial in plan_trials(load_suite("digits", catalog), catalog)}
    assert {record.trial_id for record in read_records(PUBLISHED, "digits")} == planned


def test_published_dense_networks_are_as_good_as_the_suite_promises():
    by_model: dict[str, list[float]] = {}
    for record in read_records(PUBLISHED, "digits"):
        by_model.setdefault(record.spec.model, []).append(record.metrics["accuracy_dense"])
    assert min(by_model["lenet-300-100"]) >= 0.97
    assert min(by_model["lenet-5"]) >= 0.97
    assert min(by_model["resnet8"]) >= 0.98
