"""Two records of one trial are equal to the bit on equal machines, and near each other on others."""

from __future__ import annotations

import pytest

from bench.store.comparing import Difference, differences, held_to
from bench.store.record import Git
from tests.unit.store.conftest import ENV

ELSEWHERE = ENV.model_copy(update={"cpu": "another cpu"})
METRICS = {"accuracy": 0.5, "sparsity": 0.5, "zeros": 2, "weights": 4, "spectral_error": 0.2}


def test_a_record_equals_itself(make_record):
    assert differences(make_record(), make_record()) == ()


@pytest.mark.parametrize("field", ["torch", "device", "cpu", "os", "prunebench"])
def test_the_bits_count_where_torch_and_machine_are_the_same(make_record, field):
    one = make_record()
    assert held_to(one, make_record(timing={"train": 9.0})) == "exact"
    assert held_to(one, make_record(env=ENV.model_copy(update={field: "another"}))) == "tolerance"
    assert held_to(one, make_record(env=None)) == "tolerance"


def test_the_bits_of_another_commit_may_differ(make_record):
    one, other = (ENV.model_copy(update={"git": Git(sha=sha * 40, dirty=False)}) for sha in "ab")
    assert held_to(make_record(env=one), make_record(env=one)) == "exact"
    assert held_to(make_record(env=one), make_record(env=other)) == "tolerance"


def test_on_the_same_machine_the_last_bit_counts(make_record):
    again = make_record(metrics=make_record().metrics | {"accuracy": 0.5 + 2**-52})
    assert differences(make_record(), again) == (Difference("accuracy", 0.5, 0.5 + 2**-52),)


@pytest.mark.parametrize(
    ("part", "value", "name"),
    [
        ("per_layer", [{"name": "fc", "shape": [2, 2], "weights": 4, "zeros": 3}], "layer.fc.zeros"),
        ("curves", {"errors": [1.0, 2.0]}, "curve.errors.1"),
        ("selected", {"train": 3}, "selected.train"),
        ("traces", [{"measure": "sv", "epoch": 0, "metrics": {"a": 1.0}}], "trace.0.metrics.a"),
        ("metrics", {"accuracy": 0.5}, "zeros"),
    ],
)
def test_layers_curves_and_traces_count_too(make_record, part, value, name):
    found = {pair.name for pair in differences(make_record(), make_record(**{part: value}))}
    assert name in found


def test_what_is_called_volatile_may_differ(make_record):
    one, other = (
        make_record(volatile=["latency"], metrics=METRICS | {"latency": seconds}) for seconds in (1.0, 2.0)
    )
    assert differences(one, other) == ()


@pytest.mark.parametrize(
    ("name", "near", "far"), [("accuracy", 0.549, 0.551), ("spectral_error", 0.181, 0.17), ("weights", 4, 5)]
)
def test_on_another_machine_main_numbers_must_be_near(make_record, name, near, far):
    one = make_record(metrics=METRICS)
    fine, wrong = (make_record(env=ELSEWHERE, metrics=METRICS | {name: value}) for value in (near, far))
    assert differences(one, fine) == ()
    assert differences(one, wrong) == (Difference(name, METRICS[name], far),)


def test_a_number_that_is_missing_differs(make_record):
    left = {name: value for name, value in METRICS.items() if name != "accuracy"}
    again = make_record(env=ELSEWHERE, metrics=left)
    assert differences(make_record(metrics=METRICS), again) == (Difference("accuracy", 0.5, None),)
