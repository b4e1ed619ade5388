"""The numbers that measures and traces return, checked and merged."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bench.errors import TrialFault
from bench.registry.contracts import LONGEST_CURVE, Measured

Number = int | float | None
Numbers = dict[str, Number]


@dataclass(frozen=True)
class Readings:
    """All numbers of a trial, and those of each layer.

    Args:
        metrics: by name.
        per_layer: by layer and name.
        volatile: names of numbers that another run of the same trial would not repeat.
        unmeasured: by measure, why it could not treat the model.
        curves: by name.
    """

    metrics: Numbers
    per_layer: dict[str, Numbers]
    volatile: list[str] = field(default_factory=list)
    unmeasured: dict[str, str] = field(default_factory=dict)
    curves: dict[str, tuple[Number, ...]] = field(default_factory=dict)

    @classmethod
    def of_layers(cls, names: Collection[str]) -> Readings:
        """Nothing read yet, of layers `names`."""
        return cls({}, {name: {} for name in names})

    def add(self, measured: object, component: str, curves: Collection[str] = ()) -> None:
        """Merge what `component` returned, which may hold those of `curves`.

        Raises:
            TrialFault: where it is no Measured, speaks of an unknown layer, holds something other than
                finite numbers and None, a name that another measure returned, or a curve that is not
                declared or too long.
        """
        if not isinstance(measured, Measured):
            raise TrialFault(component, f"returned {type(measured).__name__}, not Measured")
        _merge(self.metrics, measured.metrics, component)
        for name, numbers in measured.per_layer.items():
            if name not in self.per_layer:
                raise TrialFault(component, f"measured an unknown layer {name!r}")
            _merge(self.per_layer[name], numbers, component)
        for name, curve in measured.curves.items():
            _require_curve(name, curve, curves, component)
            _require_new(name, self.curves, component)
            self.curves[name] = tuple(_checked(value, f"curve {name!r}", component) for value in curve)


def _merge(into: Numbers, numbers: Mapping[str, Number], component: str) -> None:
    for name, value in numbers.items():
        _require_new(name, into, component)
        into[name] = _checked(value, repr(name), component)


def _require_new(name: str, known: Collection[str], component: str) -> None:
    if name in known:
        raise TrialFault(component, f"returned {name!r}, which another measure returned already")


def _require_curve(name: str, curve: object, declared: Collection[str], component: str) -> None:
    if name not in declared:
        raise TrialFault(component, f"returned the curve {name!r}, which it does not declare")
    if not isinstance(curve, Sequence) or isinstance(curve, str | bytes):
        raise TrialFault(component, f"returned {type(curve).__name__} for curve {name!r}, not a sequence")
    if len(curve) > LONGEST_CURVE:
        raise TrialFault(component, f"returned {len(curve)} numbers for curve {name!r}, over {LONGEST_CURVE}")


def _checked(value: object, what: str, component: str) -> Number:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise TrialFault(component, f"returned {type(value).__name__} for {what}, not a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise TrialFault(component, f"returned {value} for {what}; say None where it is undefined")
    return value
