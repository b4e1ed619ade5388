"""What a measure must do: return the numbers that it declares, for every network, and change nothing."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from bench.engine.evaluate import evaluate
from bench.engine.guard import Trace, Watch
from bench.engine.prunable import prunable_layers
from bench.engine.pruned import Pruned, apply_pruning
from bench.engine.scoring import keep_masks
from bench.errors import Unsupported
from bench.registry.components import Measure
from bench.registry.contracts import LONGEST_CURVE, Measured, MeasureInput
from bench.registry.tracing import TraceInput
from bench.testing.check import gates, require, rules
from bench.testing.common import Subject
from bench.testing.tiny import BEDS, LINEAR, RESIDUAL, Bed, first_home

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_RECORD_FIELDS = frozenset({"name", "shape", "weights", "zeros"})


@dataclass(frozen=True)
class MeasureCase(Subject[Measure]):
    """A measure on the bench."""

    def read(self, given: MeasureInput) -> Measured:
        """What a fresh build returns; a trace reads the dense network as it is before pruning."""
        made: Any = self.component.make(self.params)
        if self.component.trace:
            return made(TraceInput(given.dense, given.layers, given.data, given.batches))  # type: ignore[no-any-return]
        return made(given)  # type: ignore[no-any-return]

    def on(self, bed: Bed, sparsity: float = 0.5) -> Measured:
        """What it reads off a fresh trial on `bed`."""
        return self.read(trial(bed, sparsity))

    @cached_property
    def home(self) -> Bed:
        """The first of the tiny networks that the measure does not decline."""
        return first_home((RESIDUAL, *BEDS), self.on)

    @cached_property
    def traces(self) -> list[Trace]:
        """What one reading leaves behind."""
        given = trial(self.home, 0.5)
        models = {"dense": given.dense, "pruned": given.pruned, "final": given.final}
        tensors = {f"the mask of {name}": mask for name, mask in given.masks.items()}
        tensors |= {f"the weight of {name}": layer.weight for name, layer in given.layers.items()}
        watch = Watch(models, tensors)
        self.read(given)
        return watch.settle()


def trial(bed: Bed, sparsity: float, *, regression: bool = False) -> MeasureInput:
    """A network before pruning, pruned by magnitude, and with its kept weights moved a little."""
    data = bed.data(regression=regression)
    dense = bed.model()
    layers = prunable_layers(dense, include_output=True)
    hidden = {name: layer for name, layer in layers.items() if not layer.is_output}
    [masks] = keep_masks({name: layer.weight.abs() for name, layer in layers.items()}, [sparsity], "global")
    pruned = copy.deepcopy(dense)
    apply_pruning(pruned, Pruned(masks))
    final = copy.deepcopy(pruned)
    with torch.no_grad():
        for part in final.parameters():
            part.mul_(1.25)
    return MeasureInput(
        dense=dense,
        pruned=pruned,
        final=final,
        layers=layers,
        masks=masks,
        evaluate=lambda model: evaluate(model, data),
        example=data.example(),
        data=data.task,
        batches=data.test_batches,
        scores={name: layer.weight.flatten(1).norm(dim=1) for name, layer in hidden.items()} or None,
        validate=lambda model: evaluate(model, data, data.train),
    )


def reads_a_small_network(case: MeasureCase) -> None:
    """It returns a Measured."""
    measured = case.on(case.home)
    require(isinstance(measured, Measured), f"it returned {type(measured).__name__}, not Measured")


def returns_plain_numbers(case: MeasureCase) -> None:
    """Every value is an int, a float or None: no tensor, no bool, no text."""
    for label, value in _values(case.on(case.home)):
        plain = value is None or (isinstance(value, int | float) and not isinstance(value, bool))
        require(plain, f"{label} is {type(value).__name__}, not a plain number")


def gives_none_rather_than_nan(case: MeasureCase) -> None:
    """No value is NaN or infinite: what is undefined is None."""
    for sparsity in (0.5, 0.0, 1.0):
        _require_finite(case.on(case.home, sparsity), f"at sparsity {sparsity:g}")


def leaves_the_models_alone(case: MeasureCase) -> None:
    """It edits no model, layer or mask."""
    for trace in case.traces:
        require(trace.kind not in ("model", "tensors"), f"it {trace.message}")


def leaves_modes_and_settings_alone(case: MeasureCase) -> None:
    """The models are left in eval mode, and torch as it was."""
    for trace in case.traces:
        require(trace.kind not in ("mode", "settings"), f"it {trace.message}")


def draws_no_random_numbers(case: MeasureCase) -> None:
    """No global random generator is drawn from."""
    for trace in case.traces:
        require(trace.kind != "randomness", "it drew from a global random generator")


def repeats_itself(case: MeasureCase) -> None:
    """Read twice, the same network gives the same numbers, those declared `volatile` apart."""
    given = trial(case.home, 0.5)
    one, other = dict(_values(case.read(given))), dict(_values(case.read(given)))
    for name in one.keys() | other.keys():
        repeats = name.partition("[")[0] in case.component.volatile or one.get(name) == other.get(name)
        require(repeats, f"one network gave two values of {name}")


def returns_what_it_declares(case: MeasureCase) -> None:
    """The metrics of a classification are those of its `metrics`, no more and no fewer."""
    due, have = set(case.component.metrics), set(case.on(case.home).metrics)
    require(not due - have, f"declared, but not returned: {', '.join(sorted(due - have))}")
    require(not have - due, f"returned, but not declared: {', '.join(sorted(have - due))}")


def returns_curves_that_it_declares(case: MeasureCase) -> None:
    """The curves are some of its `curves`, each a list or tuple of no more numbers than records take."""
    measured = case.on(case.home)
    odd = sorted(set(measured.curves) - set(case.component.curves))
    require(not odd, f"curves that are not declared: {', '.join(odd)}")
    for name, curve in measured.curves.items():
        require(isinstance(curve, list | tuple), f"{name} is {type(curve).__name__}, not a list or tuple")
        require(len(curve) <= LONGEST_CURVE, f"{name} has {len(curve)} numbers, over {LONGEST_CURVE}")


def names_metrics_plainly(case: MeasureCase) -> None:
    """Names are lower case, digits and '_', and none is a field of the record."""
    measured = case.on(case.home)
    for label, name in _names(measured):
        require(_NAME.fullmatch(name), f"{label} {name!r}: lower case, digits and '_', at most 64")
        require(
            label != "the layer metric" or name not in _RECORD_FIELDS,
            f"{label} {name!r} is a record's own field",
        )


def speaks_of_given_layers_only(case: MeasureCase) -> None:
    """Numbers by layer are of layers that it was given."""
    given = trial(case.home, 0.5)
    odd = set(case.read(given).per_layer) - set(given.layers)
    require(not odd, f"it measured {', '.join(map(str, odd))}, which it was not given")


def reads_every_kind_of_network(case: MeasureCase) -> None:
    """The names are the same for linear, convolutional, grouped, shared and single layers, or it declines."""
    due = set(case.on(case.home).metrics)
    for bed in BEDS:
        try:
            measured = case.on(bed)
        except Unsupported:
            continue
        require(
            set(measured.metrics) == due,
            f"on {bed.name} the metrics differ: {sorted(set(measured.metrics) ^ due)}",
        )
        _require_finite(measured, f"on {bed.name}")


def reads_collapsed_networks(case: MeasureCase) -> None:
    """The names are the same for a network without any weight left, and for one that is not pruned."""
    due = set(case.on(case.home).metrics)
    for sparsity in (0.0, 1.0):
        odd = set(case.on(case.home, sparsity).metrics) ^ due
        require(not odd, f"at sparsity {sparsity:g} the metrics differ: {sorted(odd)}")


def reads_regression(case: MeasureCase) -> None:
    """For regression it returns finite numbers too."""
    _require_finite(case.read(trial(LINEAR, 0.5, regression=True)), "for regression")


def _values(measured: Measured) -> list[tuple[str, Any]]:
    found = list(measured.metrics.items())
    for layer, numbers in measured.per_layer.items():
        found += [(f"{name} of {layer}", value) for name, value in numbers.items()]
    for name, curve in measured.curves.items():
        found += [(f"{name}[{place}]", value) for place, value in enumerate(curve)]
    return found


def _names(measured: Measured) -> list[tuple[str, str]]:
    layers: Mapping[str, Mapping[str, Any]] = measured.per_layer
    by_layer = {name for numbers in layers.values() for name in numbers}
    return [
        *(("the metric", name) for name in measured.metrics),
        *(("the layer metric", name) for name in by_layer),
        *(("the curve", name) for name in measured.curves),
    ]


def _require_finite(measured: Measured, where: str) -> None:
    for label, value in _values(measured):
        require(
            value is None or math.isfinite(value), f"{where}, {label} is {value}; say None where undefined"
        )


MEASURE = (
    *gates(
        reads_a_small_network,
        returns_plain_numbers,
        gives_none_rather_than_nan,
        leaves_the_models_alone,
        leaves_modes_and_settings_alone,
        draws_no_random_numbers,
        repeats_itself,
    ),
    *rules(
        returns_what_it_declares,
        returns_curves_that_it_declares,
        names_metrics_plainly,
        speaks_of_given_layers_only,
        reads_every_kind_of_network,
        reads_collapsed_networks,
        reads_regression,
    ),
)
