"""Holds two records of one trial against each other: to the bit, or as near as machines agree."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from bench.store.record import Record

FRACTION_TOLERANCE = 0.05
RELATIVE_TOLERANCE = 0.1
PRIMARY = (
    "accuracy",
    "accuracy_dense",
    "mse",
    "mse_dense",
    "sparsity",
    "mask_sparsity",
    "spectral_error",
    "weights",
    "params_total",
)
_MACHINE = ("torch", "device", "cpu", "os", "prunebench", "git")
_FRACTION = re.compile(r"accuracy\w*|(mask_)?sparsity")


@dataclass(frozen=True)
class Difference:
    """A number that came out otherwise; None stands for one that is not there."""

    name: str
    recorded: float | None
    again: float | None


def held_to(recorded: Record, again: Record) -> Literal["exact", "tolerance"]:
    """How near two runs must come: to the bit where torch, machine and prunebench's source are the same."""
    here, there = recorded.env, again.env
    same = here is not None and there is not None
    alike = same and all(getattr(here, name) == getattr(there, name) for name in _MACHINE)
    return "exact" if alike else "tolerance"


def differences(recorded: Record, again: Record) -> tuple[Difference, ...]:
    """The numbers in which two runs of one trial differ; those called volatile may.

    On equal machines and sources (`held_to`) every number is compared, and exactly. Else those of `PRIMARY`
    are, for training on other arithmetic takes another way: fractions to within `FRACTION_TOLERANCE`,
    others to within `RELATIVE_TOLERANCE` of the larger. Forty trials of `digits` on processors of two
    makers differed by up to 0.033 in accuracy and by 2 % in spectral error.
    """
    exact = held_to(recorded, again) == "exact"
    one, other = (_numbers(record) for record in (recorded, again))
    names = sorted(one.keys() | other.keys()) if exact else PRIMARY
    found = (Difference(name, one.get(name), other.get(name)) for name in names)
    return tuple(pair for pair in found if not (_is_equal(pair) if exact else _is_near(pair)))


def _is_equal(pair: Difference) -> bool:
    return pair.recorded == pair.again


def _is_near(pair: Difference) -> bool:
    if pair.recorded is None or pair.again is None:
        return pair.recorded is pair.again
    if _FRACTION.fullmatch(pair.name):
        return abs(pair.recorded - pair.again) <= FRACTION_TOLERANCE
    return math.isclose(pair.recorded, pair.again, rel_tol=RELATIVE_TOLERANCE)


def _numbers(record: Record) -> dict[str, float | None]:
    plain = record.reproducible()
    layers = {layer["name"]: layer for layer in plain["per_layer"]}
    parts = {
        "layer": layers,
        "curve": plain.get("curves", {}),
        "trace": plain.get("traces", []),
        "selected": plain.get("selected", {}),
    }
    return dict(plain["metrics"]) | dict(_flat(parts, ""))


def _flat(value: Any, name: str) -> Iterator[tuple[str, float | None]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _flat(item, f"{name}.{number}")
    elif value is None or isinstance(value, int | float):
        yield name, value
