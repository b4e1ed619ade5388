"""Traces: what measures read off the dense network while it is trained."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, cast

from torch import nn

from bench.engine.blame import blamed
from bench.engine.data import DeviceData
from bench.engine.guard import watched
from bench.engine.prunable import prunable_layers
from bench.engine.readings import Readings
from bench.engine.session import Session
from bench.errors import Unsupported
from bench.plan.spec import Spec
from bench.registry.components import Measure
from bench.registry.harness import EPOCHS
from bench.registry.tracing import TraceFunction, TraceInput
from bench.suite.schema import Ref


@dataclass(frozen=True)
class Traces:
    """What was traced, as JSON types: points in the order of reading, and why a trace was given up."""

    points: list[dict[str, Any]] = field(default_factory=list)
    unmeasured: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Trace:
    name: str
    epochs: frozenset[int]
    curves: tuple[str, ...]
    read: TraceFunction


class Tracer:
    """Reads a network at the epochs that the trace measures of a spec ask for.

    All layers are read, the output layer too: suites that differ in pruning it share dense networks.
    `data` is what the network is trained for. `seconds` is what the reading took, which is no training
    time.
    """

    def __init__(self, session: Session, spec: Spec, data: DeviceData) -> None:
        self._session = session
        self._data = data
        self._pending = [trace for ref in spec.measures if (trace := _trace_of(session, ref))]
        self.traces = Traces()
        self.seconds = 0.0

    def __call__(self, model: nn.Module, epoch: int) -> None:
        """Read `model` after `epoch` epochs; its mode, weights and all randomness stay as they are.

        Raises:
            TrialFault: where a trace raises, edits the model or returns something other than numbers.
        """
        due = [trace for trace in self._pending if epoch in trace.epochs]
        if not due:
            return
        started = time.perf_counter()
        was_training = model.training
        model.eval()
        for trace in due:
            self._read(trace, model, epoch)
        model.train(was_training)
        self._session.at("")
        self.seconds += time.perf_counter() - started

    def _read(self, trace: _Trace, model: nn.Module, epoch: int) -> None:
        component = f"measure '{trace.name}'"
        layers = prunable_layers(model, include_output=True)
        given = TraceInput(model, layers, self._data.task, self._data.test_batches)
        self._session.at(component)
        readings = Readings.of_layers(layers)
        try:
            with watched({"": model}, {}, component), blamed(component):
                measured = trace.read(given)
        except Unsupported as error:
            self.traces.unmeasured[trace.name] = error.reason
            self._pending.remove(trace)
            return
        readings.add(measured, component, trace.curves)
        point = {
            "measure": trace.name,
            "epoch": epoch,
            "metrics": readings.metrics,
            "per_layer": {name: numbers for name, numbers in readings.per_layer.items() if numbers},
        }
        curves = {name: list(curve) for name, curve in readings.curves.items()}
        self.traces.points.append(point | ({"curves": curves} if curves else {}))


def _trace_of(session: Session, ref: Ref) -> _Trace | None:
    measure = cast("Measure", session.catalog.get("measure", ref.name))
    if not measure.trace:
        return None
    epochs = frozenset(measure.resolve(ref.params)[EPOCHS.name])
    return _Trace(ref.name, epochs, measure.curves, cast("TraceFunction", measure.make(ref.params)))
