"""The numbers that measures and traces return, checked and merged."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bench.errors import TrialFault
from bench.registry.contracts import Measured

Numbers = dict[str, int | float | None]


@dataclass(frozen=True)
class Readings:
    """All numbers of a trial, and those of each layer.

    Args:
        metrics: by name.
        per_layer: by layer and name.
        volatile: names of numbers that another run of the same trial would not repeat.
        unmeasured: by measure, why it could not treat the model.
    """

    metrics: Numbers
    per_layer: dict[str, Numbers]
    volatile: list[str] = field(default_factory=list)
    unmeasured: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_layers(cls, names: Collection[str]) -> Readings:
        """Nothing read yet, of layers `names`."""
        return cls({}, {name: {} for name in names})

    def add(self, measured: object, component: str) -> None:
        """Merge what `component` returned.

        Raises:
            TrialFault: where it is no Measured, speaks of an unknown layer, holds something other than
                finite numbers and None, or a name that another measure returned.
        """
        if not isinstance(measured, Measured):
            raise TrialFault(component, f"returned {type(measured).__name__}, not Measured")
        _merge(self.metrics, measured.metrics, component)
        for name, numbers in measured.per_layer.items():
            if name not in self.per_layer:
                raise TrialFault(component, f"measured an unknown layer {name!r}")
            _merge(self.per_layer[name], numbers, component)


def _merge(into: Numbers, numbers: Mapping[str, int | float | None], component: str) -> None:
    for name, value in numbers.items():
        if name in into:
            raise TrialFault(component, f"returned {name!r}, which another measure returned already")
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise TrialFault(component, f"returned {type(value).__name__} for {name!r}, not a number")
        if isinstance(value, float) and not math.isfinite(value):
            raise TrialFault(component, f"returned {value} for {name!r}; say None where it is undefined")
        into[name] = value
