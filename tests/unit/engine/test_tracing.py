from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from bench.engine.tracing import Tracer
from bench.errors import TrialFault, Unsupported
from bench.registry.components import Measure
from bench.registry.contracts import Measured
from bench.suite.schema import Ref


def tracer_of(function, epochs):
    trace = Measure(name="t", summary="A trace.", build=lambda _: function, metrics=("x",), trace=True)
    plain = Measure(name="plain", summary="No trace.", build=lambda _: function, metrics=("y",))
    known = {"t": trace, "plain": plain}
    session = SimpleNamespace(catalog=SimpleNamespace(get=lambda kind, name: known[name]), at=lambda _: None)
    measures = [Ref(name="plain"), Ref(name="t", params={"epochs": epochs})]
    return Tracer(session, SimpleNamespace(measures=measures))


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 2), nn.Dropout(), nn.Linear(2, 1)).train()


def test_a_trace_reads_at_its_epochs_all_layers_in_eval_mode(model):
    seen = []

    def look(network, layers):
        seen.append((network.training, list(layers)))
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


def test_a_trace_that_edits_the_model_is_blamed(model):
    def edit(network, layers):
        network[0].weight.data.zero_()
        return Measured({})

    with pytest.raises(TrialFault, match="measure 't': edited the model"):
        tracer_of(edit, [0])(model, 0)


def test_a_trace_that_draws_random_numbers_is_blamed_since_training_would_change(model):
    def draw(network, layers):
        return Measured({"x": float(torch.rand(()))})

    with pytest.raises(TrialFault, match="measure 't': drew from a global random generator"):
        tracer_of(draw, [0])(model, 0)


def test_a_trace_that_cannot_treat_the_model_is_given_up_with_its_reason(model):
    calls = []

    def refuse(network, layers):
        calls.append(1)
        raise Unsupported("no spectrum here")

    tracer = tracer_of(refuse, [0, 1])
    tracer(model, 0)
    tracer(model, 1)
    assert calls == [1]
    assert tracer.traces.points == []
    assert tracer.traces.unmeasured == {"t": "no spectrum here"}
    assert model.training
