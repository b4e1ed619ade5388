from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from bench.engine.measuring import take_measures
from bench.errors import TrialFault, Unsupported
from bench.registry.components import Measure
from bench.registry.contracts import Measured
from bench.suite.schema import Ref
from tests.unit.measure.trials import trial_of


def session_with(*measures):
    known = {measure.name: measure for measure in measures}
    return SimpleNamespace(
        catalog=SimpleNamespace(get=lambda kind, name: known[name]), at=lambda component: None
    )


def measure(name, function, **settings):
    return Measure(name=name, summary="A measure.", build=lambda _: function, **settings)


def take(*measures):
    trial = trial_of(nn.Sequential(nn.Linear(2, 2)), torch.ones(1, 2))
    return take_measures([Ref(name=each.name) for each in measures], trial, session_with(*measures))


def unsupported(_):
    raise Unsupported("the model has no ears")


def test_a_measure_that_cannot_treat_the_model_costs_its_own_metrics_alone():
    readings = take(
        measure("ears", unsupported, metrics=("ears", "ear_length")),
        measure("legs", lambda _: Measured({"legs": 4}), metrics=("legs",)),
    )
    assert readings.metrics == {"ears": None, "ear_length": None, "legs": 4}
    assert readings.unmeasured == {"ears": "the model has no ears"}


def test_a_measure_that_edits_the_model_before_it_gives_up_is_blamed_all_the_same():
    def edits(given):
        given.final[0].weight.data.zero_()
        raise Unsupported("too late")

    with pytest.raises(TrialFault, match="measure 'vandal': edited the model"):
        take(measure("vandal", edits))


def test_volatile_metrics_are_named():
    readings = take(
        measure(
            "clock", lambda _: Measured({"ms": 1.5, "ticks": 3}), metrics=("ms", "ticks"), volatile=("ms",)
        )
    )
    assert readings.volatile == ["ms"]


def test_traces_are_not_read_after_training():
    assert take(measure("trace", unsupported, metrics=("x",), trace=True)).metrics == {}


@pytest.mark.parametrize(
    ("returned", "problem"),
    [
        (None, "returned NoneType, not Measured"),
        (Measured({"x": float("nan")}), "returned nan for 'x'"),
        (Measured({"x": True}), "returned bool for 'x'"),
        (Measured({}, {"9": {}}), "measured an unknown layer '9'"),
        (Measured({}, curves={"y": [1.0]}), "returned the curve 'y', which it does not declare"),
        (Measured({}, curves={"c": 1.0}), "returned float for curve 'c', not a sequence"),
        (Measured({}, curves={"c": "12"}), "returned str for curve 'c', not a sequence"),
        (Measured({}, curves={"c": [1, float("inf")]}), "returned inf for curve 'c'"),
        (Measured({}, curves={"c": [True]}), "returned bool for curve 'c'"),
        (Measured({}, curves={"c": [0] * 10_001}), "returned 10001 numbers for curve 'c', over 10000"),
    ],
)
def test_what_is_no_number_of_the_trial_is_refused_and_the_measure_named(returned, problem):
    with pytest.raises(TrialFault, match=f"measure 'odd': {problem}"):
        take(measure("odd", lambda _: returned, curves=("c",)))


def test_curves_are_kept_by_name_and_absent_where_a_measure_gave_up():
    readings = take(
        measure("ears", unsupported, metrics=("ears",), curves=("hearing",)),
        measure("legs", lambda _: Measured({}, curves={"gait": [1, None, 0.5]}), curves=("gait", "leap")),
    )
    assert readings.curves == {"gait": (1, None, 0.5)}


def test_two_curves_of_one_name_are_refused():
    with pytest.raises(TrialFault, match="measure 'b': returned 'c', which another measure returned already"):
        take(*(measure(name, lambda _: Measured({}, curves={"c": [1]}), curves=("c",)) for name in "ab"))


def test_two_measures_of_one_name_are_refused():
    with pytest.raises(TrialFault, match="measure 'b': returned 'x', which another measure returned already"):
        take(*(measure(name, lambda _: Measured({"x": 1})) for name in "ab"))
