from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.registry.components import Measure
from bench.registry.parameters import Param


def measure(**settings):
    return Measure(name="m", summary="A measure.", build=lambda params: params, **settings)


def test_a_volatile_metric_is_one_of_the_metrics():
    with pytest.raises(ValueError, match="measure 'm': volatile 'b' is none of its metrics"):
        measure(metrics=("a",), volatile=("b",))


def test_a_volatile_number_may_be_a_curve():
    assert measure(curves=("c",), volatile=("c",)).volatile == ("c",)
    with pytest.raises(ValueError, match="volatile 'b' is none of its metrics or curves"):
        measure(curves=("c",), volatile=("b",))


def test_a_trace_may_return_curves():
    assert measure(curves=("c",), trace=True).curves == ("c",)


def test_a_trace_has_epochs_which_its_function_does_not_see():
    trace = measure(params=(Param("k", int, 3),), trace=True)
    assert trace.resolve({"epochs": [0, 4]}) == {"k": 3, "epochs": [0, 4]}
    assert trace.make({"epochs": [0, 4]}) == {"k": 3}


def test_the_epochs_of_a_trace_are_the_harnesss_own():
    with pytest.raises(ValueError, match="measure 'm': the parameter 'epochs' is the harness's own"):
        measure(params=(Param("epochs", int, 3),), trace=True)


def test_a_negative_epoch_is_refused():
    with pytest.raises(UserError, match="is below 0"):
        measure(trace=True).resolve({"epochs": [-1]})


def test_other_measures_may_call_a_parameter_epochs():
    assert measure(params=(Param("epochs", int, 3),)).make({}) == {"epochs": 3}
