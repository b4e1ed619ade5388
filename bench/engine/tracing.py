"""Traces: what measures read off the dense network while it is trained."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from torch import nn

from bench.engine.blame import blamed
from bench.engine.guard import watched
from bench.engine.prunable import prunable_layers
from bench.engine.readings import Readings
from bench.engine.session import Session
from bench.errors import Unsupported
from bench.plan.spec import Spec
from bench.registry.components import Measure
from bench.registry.harness import EPOCHS
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
    read: Callable[..., object]


class Tracer:
    """Reads a network at the epochs that the trace measures of a spec ask for.

    All layers are read, the output layer too: suites that differ in pruning it share dense networks.
    `seconds` is what the reading took, which is no training time.
    """

    def __init__(self, session: Session, spec: Spec) -> None:
        self._session = session
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
        self._session.at(component)
        readings = Readings.of_layers(layers)
        try:
            with watched({"": model}, {}, component), blamed(component):
                measured = trace.read(model, layers)
        except Unsupported as error:
            self.traces.unmeasured[trace.name] = error.reason
            self._pending.remove(trace)
            return
        readings.add(measured, component)
        self.traces.points.append(
            {
                "measure": trace.name,
                "epoch": epoch,
                "metrics": readings.metrics,
                "per_layer": {name: numbers for name, numbers in readings.per_layer.items() if numbers},
            }
        )


def _trace_of(session: Session, ref: Ref) -> _Trace | None:
    measure = cast("Measure", session.catalog.get("measure", ref.name))
    if not measure.trace:
        return None
    epochs = frozenset(measure.resolve(ref.params)[EPOCHS.name])
    return _Trace(ref.name, epochs, measure.make(ref.params))
