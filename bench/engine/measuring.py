"""The measure stage: every measure of a trial, each blamed for its own faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from bench.engine.blame import blamed
from bench.engine.guard import watched
from bench.engine.readings import Readings
from bench.engine.session import Session
from bench.errors import Unsupported
from bench.plan.canonical import content_hash
from bench.registry.components import Measure
from bench.registry.contracts import Measured, MeasureInput
from bench.suite.schema import Ref


def take_measures(measures: Sequence[Ref], given: MeasureInput, session: Session) -> Readings:
    """Run the measures in order and merge what they return; traces were taken in training.

    Where a measure raises `Unsupported`, its metrics are None, its curves are absent, and the readings
    keep the reason.

    Raises:
        TrialFault: where a measure raises anything else, edits a model, returns something other than
            numbers, or a number that another measure returned.
    """
    readings = Readings.of_layers(given.layers)
    models = {"dense": given.dense, "pruned": given.pruned, "final": given.final}
    models |= {} if given.rewritten is None else {"rewritten": given.rewritten}
    tensors = {f"the weight of {name}": layer.weight for name, layer in given.layers.items()}
    tensors |= {f"the mask of {name}": mask for name, mask in given.masks.items()}
    tensors |= {f"the scores of {name}": score for name, score in (given.scores or {}).items()}
    for ref in measures:
        measure = cast("Measure", session.catalog.get("measure", ref.name))
        if measure.trace:
            continue
        component = f"measure '{ref.name}'"
        session.at(component)
        with watched(models, tensors, component), blamed(component):
            measured, reason = _read(measure, ref, given)
        readings.add(measured, component, measure.curves)
        readings.volatile.extend(measure.volatile)
        if reason:
            readings.unmeasured[ref.name] = reason
    return readings


def _read(measure: Measure, ref: Ref, given: MeasureInput) -> tuple[object, str]:
    """What the measure returns and an empty string, or all of its metrics as None and why."""
    function = measure.make(ref.params)
    own = content_hash([ref.name, ref.params, measure.version])

    def once(key: str, make: Callable[[], Any]) -> Any:
        return given.once(f"{own}|{key}", make)

    try:
        return function(replace(given, once=once)), ""  # type: ignore[arg-type]
    except Unsupported as error:
        return Measured(dict.fromkeys(measure.metrics)), error.reason or "unsupported"
