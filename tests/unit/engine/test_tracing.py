from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from bench.engine.data import DeviceData
from bench.engine.tracing import Tracer
from bench.errors import TrialFault, Unsupported
from bench.registry.components import Measure
from bench.registry.contracts import Measured, Split, TaskData
from bench.suite.schema import Ref

DATA = DeviceData.place(
    TaskData(
        train=Split(torch.zeros(2, 2), torch.zeros(2, 1)),
        test=Split(torch.tensor([[1.0, 3.0], [5.0, 7.0], [9.0, 11.0]]), torch.tensor([[1.0], [2.0], [3.0]])),
        kind="regression",
        num_classes=1,
        in_channels=2,
        image_size=1,
        mean=(1.0,),
        std=(2.0,),
        teacher=lambda inputs: [inputs + 1],
    ),
    torch.device("cpu"),
)


def tracer_of(function, epochs, curves=()):
    settings = {"metrics": ("x",), "curves": curves, "trace": True}
    trace = Measure(name="t", summary="A trace.", build=lambda _: function, **settings)
    plain = Measure(name="plain", summary="No trace.", build=lambda _: function, metrics=("y",))
    known = {"t": trace, "plain": plain}
    session = SimpleNamespace(catalog=SimpleNamespace(get=lambda kind, name: known[name]), at=lambda _: None)
    measures = [Ref(name="plain"), Ref(name="t", params={"epochs": epochs})]
    return Tracer(session, SimpleNamespace(measures=measures), DATA)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 2), nn.Dropout(), nn.Linear(2, 1)).train()


def test_a_trace_reads_at_its_epochs_all_layers_in_eval_mode(model):
    seen = []

    def look(given):
        seen.append((given.model.training, list(given.layers)))
        return Measured({"x": len(seen)}, {"0": {"z": 1.0}})

    tracer = tracer_of(look, [0, 2, 9])
    for epoch in range(4):
        tracer(model, epoch)
    assert seen == [(False, ["0", "2"])] * 2
    assert model.training
    assert model[1].training
    assert tracer.traces.points == [
        {"measure": "t", "epoch": epoch, "metrics": {"x": place}, "per_layer": {"0": {"z": 1.0}}}
        for place, epoch in enumerate([0, 2], start=1)
    ]
    assert tracer.seconds > 0


def test_a_trace_sees_the_test_split_in_order_and_normalised_and_the_teacher(model):
    seen = []

    def look(given):
        for inputs, targets in given.batches(2):
            seen.append((inputs.tolist(), targets.tolist(), given.data.teacher(inputs)[0].tolist()))
        return Measured({"x": 0})

    tracer_of(look, [0])(model, 0)
    assert seen == [
        ([[0.0, 1.0], [2.0, 3.0]], [[1.0], [2.0]], [[1.0, 2.0], [3.0, 4.0]]),
        ([[4.0, 5.0]], [[3.0]], [[5.0, 6.0]]),
    ]


def test_a_point_holds_the_curves_that_the_trace_declares(model):
    tracer = tracer_of(lambda given: Measured({"x": 1}, curves={"c": (1.0, None)}), [0], curves=("c",))
    tracer(model, 0)
    assert tracer.traces.points == [
        {"measure": "t", "epoch": 0, "metrics": {"x": 1}, "per_layer": {}, "curves": {"c": [1.0, None]}}
    ]


def test_a_curve_that_a_trace_does_not_declare_is_its_fault(model):
    with pytest.raises(TrialFault, match="measure 't': returned the curve 'c', which it does not declare"):
        tracer_of(lambda given: Measured({"x": 1}, curves={"c": [1.0]}), [0])(model, 0)


def test_a_trace_that_edits_the_model_is_blamed(model):
    def edit(given):
        given.model[0].weight.data.zero_()
        return Measured({})

    with pytest.raises(TrialFault, match="measure 't': edited the model"):
        tracer_of(edit, [0])(model, 0)


def test_a_trace_that_draws_random_numbers_is_blamed_since_training_would_change(model):
    def draw(given):
        return Measured({"x": float(torch.rand(()))})

    with pytest.raises(TrialFault, match="measure 't': drew from a global random generator"):
        tracer_of(draw, [0])(model, 0)


def test_a_trace_that_cannot_treat_the_model_is_given_up_with_its_reason(model):
    calls = []

    def refuse(given):
        calls.append(1)
        raise Unsupported("no spectrum here")

    tracer = tracer_of(refuse, [0, 1])
    tracer(model, 0)
    tracer(model, 1)
    assert calls == [1]
    assert tracer.traces.points == []
    assert tracer.traces.unmeasured == {"t": "no spectrum here"}
    assert model.training
