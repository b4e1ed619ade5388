"""The measure stage: every measure of a trial, each blamed for its own faults."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.engine.blame import blamed
from bench.engine.guard import watched
from bench.engine.session import Session
from bench.errors import TrialFault
from bench.registry.contracts import Measured, MeasureInput
from bench.suite.schema import Ref

Numbers = dict[str, int | float | None]


@dataclass(frozen=True)
class Readings:
    """All numbers of a trial, and those of each layer."""

    metrics: Numbers
    per_layer: dict[str, Numbers]


def take_measures(measures: Sequence[Ref], given: MeasureInput, session: Session) -> Readings:
    """Run the measures in order and merge what they return.

    Raises:
        TrialFault: where a measure raises, edits a model, returns something other than numbers, or
            a number that another measure returned.
    """
    readings = Readings({}, {name: {} for name in given.layers})
    models = {"dense": given.dense, "pruned": given.pruned, "final": given.final}
    tensors = {f"the weight of {name}": layer.weight for name, layer in given.layers.items()}
    tensors |= {f"the mask of {name}": mask for name, mask in given.masks.items()}
    for ref in measures:
        component = f"measure '{ref.name}'"
        session.at(component)
        with watched(models, tensors, component), blamed(component):
            measured = session.catalog.get("measure", ref.name).make(ref.params)(given)
        if not isinstance(measured, Measured):
            raise TrialFault(component, f"returned {type(measured).__name__}, not Measured")
        _merge(readings.metrics, measured.metrics, component)
        for name, numbers in measured.per_layer.items():
            if name not in readings.per_layer:
                raise TrialFault(component, f"measured an unknown layer {name!r}")
            _merge(readings.per_layer[name], numbers, component)
    return readings


def _merge(into: Numbers, numbers: Mapping[str, int | float | None], component: str) -> None:
    for name, value in numbers.items():
        if name in into:
            raise TrialFault(component, f"returned {name!r}, which another measure returned already")
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise TrialFault(component, f"returned {type(value).__name__} for {name!r}, not a number")
        if isinstance(value, float) and not math.isfinite(value):
            raise TrialFault(component, f"returned {value} for {name!r}; say None where it is undefined")
        into[name] = value
