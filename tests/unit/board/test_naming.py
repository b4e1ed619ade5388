"""Contestants are called by their pruner, and by reference and schedule where there is more to say."""

from __future__ import annotations

import csv
import io
import json

import pytest

from bench.board.frame import tidy
from bench.board.standings import standings
from bench.board.standings_csv import standings_csv

REWIND = {"retrain": "weight-rewind", "rewind_epoch": 2}


def labels(records):
    return {one.label for cell in standings(tidy(records)) for one in cell.standings}


@pytest.fixture
def some(records):
    return [one for one in records if one.spec.pruner == "random"]


def matched(change, record, name, **params):
    part = record.plain()["components"]["pruner"] | {"name": name}
    spec = {"spec/matched_to": {"name": name, "params": params}}
    return change(record, spec | {"components/matched_to": part})


@pytest.mark.parametrize(
    ("schedule", "params", "label"),
    [
        ("one-shot", {"retrain": "finetune", "rewind_epoch": 0}, "random"),
        ("one-shot", REWIND, "random · one-shot (retrain=weight-rewind, rewind_epoch=2)"),
        ("gradual", {"initial": 0.0, "start": 0.0, "end": 0.75, "every": 100}, "random · gradual"),
        ("spiral", {"turns": 2}, "random · spiral (turns=2)"),
    ],
)
def test_a_schedule_is_named_with_what_is_no_default(some, change, schedule, params, label):
    changed = [change(one, {"spec/schedule": schedule, "spec/schedule_params": params}) for one in some]
    assert labels(changed) == {label}


def test_schedules_that_differ_in_a_parameter_are_two_contestants(some, change):
    path = "spec/schedule_params"
    two = [
        change(one, {path: {"retrain": way, "rewind_epoch": 0}})
        for one in some
        for way in ("reset", "reinit")
    ]
    assert labels(two) == {"random · one-shot (retrain=reset)", "random · one-shot (retrain=reinit)"}


def test_a_control_is_named_after_what_it_is_matched_to(some, change):
    controls = [matched(change, one, "snip", scope="global") for one in some]
    assert labels([*some, *controls]) == {"random", "random (layer-matched to snip)"}


def test_controls_of_one_pruner_are_told_apart_by_its_parameters(some, change):
    controls = [matched(change, one, "snip", scope=scope) for one in some for scope in ("global", "layer")]
    assert labels(controls) == {
        "random (layer-matched to snip) (scope=global)",
        "random (layer-matched to snip) (scope=layer)",
    }


def test_controls_of_another_version_of_the_reference_are_other_contestants(some, change):
    controls = [matched(change, one, "snip", scope="global") for one in some]
    newer = [change(one, {"components/matched_to/version": "2"}) for one in controls]
    assert len(labels([*controls, *newer])) == 2


def test_the_csv_tells_schedule_and_reference(some, change):
    controls = [
        matched(change, change(one, {"spec/schedule_params": REWIND}), "snip", scope="layer") for one in some
    ]
    lines = csv.DictReader(io.StringIO(standings_csv(standings(tidy(controls))).decode()))
    for line in lines:
        assert (line["schedule"], line["matched_to"]) == ("one-shot", "snip")
        assert json.loads(line["schedule_params"]) == REWIND
        assert json.loads(line["matched_params"]) == {"scope": "layer"}


def test_a_network_that_was_never_dense_does_not_cost_a_dense_one(some, change):
    [plain] = standings(tidy(some))[0].standings
    [own] = standings(tidy([change(one, {"spec/schedule": "at-init"}) for one in some]))[0].standings
    assert plain.seconds == pytest.approx(62.0 + 0.21 + 14.5)
    assert own.seconds == pytest.approx(0.21 + 14.5)
