"""How many units of a trained network merging takes away, and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bench import Evaluation, Measured, MeasureFunction, MeasureInput, Unsupported
from bench_units.merging import mergeable, merged, strengths


class _Step(NamedTuple):
    """The dense network merged at one cosine: the units that are gone, by layer, and how it does."""

    cosine: float
    gone: Mapping[str, int]
    found: Evaluation

    @property
    def units(self) -> int:
        return sum(self.gone.values())


def merging(cosines: Sequence[float], tolerance: float) -> MeasureFunction:
    """A measure of the dense network with its co-linear units merged, nothing trained, nothing removed.

    At each of `cosines` the units of all hidden layers are merged as the pruner `merge` does.
    `mergeable_units` is the most units that this takes away at one of them at no loss: test accuracy not
    below the dense network's by more than `tolerance`; for regression, the mean squared error not above it
    by more than `tolerance` times the variance of the targets. 0 where none goes.

    Raises:
        Unsupported: where the network has hidden units that `merge` cannot treat, or none.
    """

    def measure(given: MeasureInput) -> Measured:
        return given.once("merged", lambda: _measured(given, cosines, tolerance))  # type: ignore[no-any-return]

    return measure


def _measured(given: MeasureInput, cosines: Sequence[float], tolerance: float) -> Measured:
    hidden = [name for name, layer in given.layers.items() if not layer.is_output]
    if not hidden:
        raise Unsupported("the model has no units but its outputs")
    subject = mergeable(given.dense, given.example)
    steps = []
    for cosine in cosines:
        found = merged(subject, hidden, cosine)
        steps.append(_Step(cosine, found.gone, given.evaluate(found.network)))
    allowed = _allowed(given, tolerance)
    best = max((step for step in steps if allowed(step.found)), key=lambda step: step.units, default=None)
    units = 0 if best is None else best.units
    silent = {name: int((strengths(subject.network, name, subject) == 0).sum()) for name in hidden}
    total = sum(len(given.layers[name].weight) for name in hidden)
    metrics = {
        "mergeable_units": units,
        "mergeable_share": units / total,
        "mergeable_cosine": best.cosine if best is not None and units else None,
        "merging_silent_units": sum(silent.values()),
    }
    per_layer = {
        name: {
            "mergeable_units": 0 if best is None else best.gone[name],
            "merging_silent_units": silent[name],
            **{_name(step.cosine): step.gone[name] for step in steps},
        }
        for name in hidden
    }
    return Measured(metrics, per_layer, _curves(given, steps))


def _name(cosine: float) -> str:
    return f"merge_units_at_{cosine:g}".replace(".", "_")


def _allowed(given: MeasureInput, tolerance: float) -> Callable[[Evaluation], bool]:
    dense = given.evaluate(given.dense)
    if given.data.kind == "classification":
        return lambda found: found.correct >= dense.correct - tolerance * dense.count
    variance = float(given.data.test.targets.double().var(0, correction=0).mean())
    return lambda found: found.squared_error <= dense.squared_error + tolerance * variance


def _curves(given: MeasureInput, steps: Sequence[_Step]) -> dict[str, list[float | int | None]]:
    curves: dict[str, list[float | int | None]] = {
        "merge_cosine": [step.cosine for step in steps],
        "merge_units": [step.units for step in steps],
    }
    if given.data.kind == "regression":
        return {**curves, "merge_mse": [step.found.squared_error for step in steps]}
    return {
        **curves,
        "merge_accuracy": [step.found.correct / step.found.count for step in steps],
        "merge_loss": [step.found.loss for step in steps],
    }
