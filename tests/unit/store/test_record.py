from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from bench.store.record import Record

PUBLISHED = Path(__file__).parents[3] / "leaderboard" / "schema.json"
POINT = {"measure": "sv-trace", "epoch": 0, "metrics": {"sv_1_mean": 2.0}, "per_layer": {"fc": {"sv_1": 2.0}}}
MORE = {
    "curves": {"units_kept": [0, 1], "mse_by_units": [0.5, None]},
    "volatile": ["latency_cpu_1_ms"],
    "unmeasured": {"shrunk": "no"},
    "traces": [POINT],
}


def test_optional_fields_are_left_out_where_they_are_empty(make_record):
    plain = make_record().plain()
    assert not plain.keys() & MORE.keys()
    assert Record.model_validate(plain).traces == ()


def test_a_record_with_curves_traces_and_reasons_is_read_as_it_was_written(make_record):
    record = make_record(**MORE)
    plain = json.loads(json.dumps(record.plain()))
    assert {key: plain[key] for key in MORE} == MORE
    assert Record.model_validate(plain) == record
    jsonschema.validate(plain, json.loads(PUBLISHED.read_text(encoding="utf-8")))


def test_a_trace_point_has_curves_or_is_written_without(make_record):
    curved = POINT | {"epoch": 1, "curves": {"best_by_unit": [0.5, None]}}
    plain = make_record(traces=[POINT, curved]).plain()
    assert json.loads(json.dumps(plain))["traces"] == [POINT, curved]
    assert Record.model_validate(plain).plain() == plain
    jsonschema.validate(plain, json.loads(PUBLISHED.read_text(encoding="utf-8")))


def test_two_runs_of_a_trial_differ_only_in_times_and_in_what_is_called_volatile(make_record):
    metrics = {"accuracy": 0.5, "latency_cpu_1_ms": 1.0}
    one = make_record(volatile=["latency_cpu_1_ms"], metrics=metrics)
    other = make_record(
        volatile=["latency_cpu_1_ms"],
        metrics=metrics | {"latency_cpu_1_ms": 3.0},
        timing={"train": 9.0},
        started="2027-01-01T00:00:00.000+00:00",
    )
    assert one.reproducible() == other.reproducible()
    assert one.reproducible()["metrics"] == {"accuracy": 0.5}
    assert one.reproducible() != make_record(metrics=metrics | {"accuracy": 0.6}).reproducible()


def test_a_volatile_curve_is_no_part_of_what_two_runs_share(make_record):
    one = make_record(volatile=["times"], curves={"times": [0.1, 0.2], "errors": [1.0]})
    other = make_record(volatile=["times"], curves={"times": [0.3, 0.4], "errors": [1.0]})
    assert one.reproducible() == other.reproducible()
    assert one.reproducible()["curves"] == {"errors": [1.0]}
    assert "curves" not in make_record(volatile=["times"], curves={"times": [0.1]}).reproducible()


def test_a_curve_that_is_too_long_or_no_numbers_is_refused(make_record):
    for curve in ([0.0] * 10_001, ["a"], [True], 1.0):
        with pytest.raises(ValidationError):
            make_record(curves={"c": curve})
