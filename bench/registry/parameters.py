"""Parameters of components: typed, with defaults, checked before anything is built."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bench.errors import UserError
from bench.registry.suggest import did_you_mean

Params = Mapping[str, Any]
REQUIRED: Final = "<required>"


@dataclass(frozen=True)
class Param:
    """One parameter of a component.

    Args:
        name: what a suite writes, as `params.NAME`.
        type: `bool`, `int`, `float` or `str`.
        default: the value where the suite gives none; `REQUIRED` if it must.
        help: a sentence for `bench show`.
        choices: the allowed values, if they are few.
        minimum: the smallest allowed number.
        maximum: the largest allowed number.
        many: whether the value is a list of `type`.
        later: whether it was declared after records had been published. At its default it is left out
            of specs, so that their ids stand; the component's `version` tells when that default changes.
    """

    name: str
    type: type = float
    default: Any = REQUIRED
    help: str = ""
    choices: tuple[Any, ...] = field(default=())
    minimum: float | None = None
    maximum: float | None = None
    many: bool = False
    later: bool = False

    def __post_init__(self) -> None:
        if self.later and self.required:
            raise TypeError(f"parameter '{self.name}': one that came later has a default")
        if self.type not in (bool, int, float, str):
            raise TypeError(f"parameter '{self.name}': type is bool, int, float or str, not {self.type!r}")
        if self.required:
            return
        problem = self.problem(self.default)
        if problem:
            raise TypeError(f"parameter '{self.name}': its default {self.default!r} {problem}")

    @property
    def required(self) -> bool:
        """Whether the suite must give a value."""
        return isinstance(self.default, str) and self.default == REQUIRED

    @property
    def type_name(self) -> str:
        """The type in words, for messages and `bench show`."""
        return f"list of {self.type.__name__}" if self.many else self.type.__name__

    def problem(self, value: Any) -> str:
        """What is wrong with `value`, or an empty string."""
        if self.many:
            if not isinstance(value, list | tuple):
                return f"is not a {self.type_name}"
            return next((found for item in value if (found := self._scalar_problem(item))), "")
        return self._scalar_problem(value)

    def _scalar_problem(self, value: Any) -> str:
        allowed: tuple[type, ...] = (int, float) if self.type is float else (self.type,)
        if not isinstance(value, allowed) or (isinstance(value, bool) and self.type is not bool):
            return f"is not of type {self.type.__name__}"
        if self.choices and value not in self.choices:
            return f"is not one of {', '.join(map(str, self.choices))}"
        if isinstance(value, float) and not math.isfinite(value):
            return "is not finite"
        return self._range_problem(value) if isinstance(value, int | float) else ""

    def _range_problem(self, value: float) -> str:
        if self.minimum is not None and value < self.minimum:
            return f"is below {self.minimum}"
        if self.maximum is not None and value > self.maximum:
            return f"is above {self.maximum}"
        return ""

    def coerce(self, value: Any) -> Any:
        """`value` in its canonical form, so that equal settings have equal hashes."""
        if self.many:
            return [self._coerce_scalar(item) for item in value]
        return self._coerce_scalar(value)

    def _coerce_scalar(self, value: Any) -> Any:
        return float(value) if self.type is float else value


def resolve(params: Sequence[Param], given: Params, where: str) -> dict[str, Any]:
    """The full set of values: those `given`, checked, and the defaults of the others.

    Args:
        params: what the component declares.
        given: what the suite or the caller wrote.
        where: names the place for messages, such as "pruner 'magnitude'".

    Raises:
        UserError: on an unknown name (with the nearest known one), a wrong type, or a missing value.
    """
    known = {param.name: param for param in params}
    for name in given:
        if name not in known:
            raise UserError(
                f"{where}: unknown parameter '{name}'",
                did_you_mean(name, known) or "it takes no parameters",
            )
    values: dict[str, Any] = {}
    for name, param in known.items():
        if name not in given:
            if param.required:
                raise UserError(f"{where}: parameter '{name}' is missing", f"give a {param.type_name}")
            values[name] = param.coerce(param.default)
            continue
        problem = param.problem(given[name])
        if problem:
            raise UserError(
                f"{where}: parameter '{name}' = {given[name]!r} {problem}",
                f"expected {param.type_name}"
                + (f", default {param.default!r}" if not param.required else ""),
            )
        values[name] = param.coerce(given[name])
    return values


def spelled_out(params: Sequence[Param], given: Params, where: str) -> dict[str, Any]:
    """What a spec holds of `resolve`: every value, but that of a later parameter at its default.

    Raises:
        UserError: as `resolve` does.
    """
    values = resolve(params, given, where)
    left_out = {
        param.name for param in params if param.later and values[param.name] == param.coerce(param.default)
    }
    return {name: value for name, value in values.items() if name not in left_out}
