"""`--only KEY=VALUE`: some of a plan's trials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from bench.errors import UserError
from bench.plan.spec import Spec
from bench.plan.trials import Trial
from bench.registry.suggest import did_you_mean
from bench.suite.settings import parse_value


def only(trials: Sequence[Trial], pairs: Sequence[str]) -> list[Trial]:
    """The trials whose spec has the given values.

    Values of one key are alternatives; different keys must all fit. Keys are those of the spec, dotted
    for nested ones: `pruner=magnitude`, `params.scope=layer`, `seed=0,1`. Where a spec holds a list,
    `task_params.hidden=[12, 20]` is that list. `none` also fits where a spec has no value:
    `matched_to.name=none` leaves out layer-matched controls.

    Raises:
        UserError: for a malformed pair, an unknown key, or where nothing is left.
    """
    wanted: dict[str, list[Any]] = defaultdict(list)
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise UserError(
                f"--only {pair}: not KEY=VALUE", "for example --only pruner=magnitude --only seed=0,1"
            )
        value = parse_value(text)
        values = [*value, value] if isinstance(value, list) else [value]
        wanted[key.strip()].extend([*values, None] if "none" in values else values)
    if not wanted:
        return list(trials)
    specs = _Specs()
    for key in wanted:
        if not any(key in specs.under(trial, key) for trial in trials):
            known = {known for trial in trials for known in flatten(trial.spec.model_dump(mode="json"))}
            raise UserError(f"--only {key}: no such key in this suite's specs", did_you_mean(key, known))
    kept = [
        trial
        for trial in trials
        if all(specs.under(trial, key).get(key) in values for key, values in wanted.items())
    ]
    if not kept:
        raise UserError(f"--only {' '.join(pairs)}: no trial is left", _values(trials, specs, wanted))
    return kept


class _Specs:
    """What trials' specs hold under a key; what many specs have in common is written out once."""

    def __init__(self) -> None:
        self._flat: dict[tuple[str, int], Mapping[str, Any]] = {}

    def under(self, trial: Trial, key: str) -> Mapping[str, Any]:
        """The part of a spec that has `key`, if any has: one field, flattened."""
        field = key.partition(".")[0]
        value = getattr(trial.spec, field) if field in Spec.model_fields else None
        known = (field, id(value))  # the trials keep the value, and with it its id
        if known not in self._flat:
            self._flat[known] = flatten(trial.spec.model_dump(mode="json", include={field}))
        return self._flat[known]


def flatten(plain: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested keys as dotted ones."""
    flat: dict[str, Any] = {}
    for key, value in plain.items():
        if isinstance(value, dict):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _values(trials: Sequence[Trial], specs: _Specs, wanted: Mapping[str, list[Any]]) -> str:
    parts = []
    for key in wanted:
        held = (specs.under(trial, key) for trial in trials)
        values = sorted({str(spec[key]) for spec in held if key in spec})
        parts.append(f"{key} is one of {', '.join(values[:12])}")
    return "; ".join(parts)
