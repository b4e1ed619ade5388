"""Says what is wrong with a suite file: file, key path, and the nearest known key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from bench.errors import UserError
from bench.registry.suggest import did_you_mean
from bench.suite.schema import ONE_GRID, SEVERAL_GRIDS

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


def as_user_error(error: ValidationError, model: type[BaseModel], where: str) -> UserError:
    """The first problems of `error` in words, with a hint for the first unknown key."""
    details = error.errors(include_url=False)
    details.sort(key=lambda detail: detail["type"] != "extra_forbidden")
    lines = [_line(detail) for detail in details[:5]]
    rest = f" (and {len(details) - 5} more)" if len(details) > 5 else ""
    return UserError(f"{where}: " + "; ".join(lines) + rest, _hint(details[0], model))


def _line(detail: ErrorDetails) -> str:
    *parents, last = _place(detail) or ("",)
    if detail["type"] == "extra_forbidden":
        place = key_path(parents)
        return f"{place + ': ' if place else ''}unknown key '{last}'"
    place = key_path(_place(detail))
    message = detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    shown = f" (given {given!r})" if isinstance(given, str | int | float | bool) else ""
    return f"{place + ': ' if place else ''}{message}{shown}"


def _place(detail: ErrorDetails) -> tuple[str | int, ...]:
    return tuple(part for part in detail["loc"] if part not in (ONE_GRID, SEVERAL_GRIDS))


def key_path(loc: Sequence[str | int]) -> str:
    """A location in the file's own notation: `[[entry]] 2: recipe.train.lr`; entries count from 1."""
    tables = ("grid", "entry", "override", "claim", "figure")
    if len(loc) >= 2 and loc[0] in tables and isinstance(loc[1], int):
        rest = key_path(loc[2:])
        return f"[[{loc[0]}]] {loc[1] + 1}" + (f": {rest}" if rest else "")
    words = ""
    for part in loc:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else str(part)
    return words


def _hint(detail: ErrorDetails, model: type[BaseModel]) -> str:
    if detail["type"] == "missing":
        return "every suite needs this key"
    if detail["type"] != "extra_forbidden":
        return "see a built-in suite for an example: `bench show digits`"
    *parents, last = _place(detail)
    return did_you_mean(str(last), _keys_at(model, parents))


def _keys_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    current: type[BaseModel] = model
    for part in loc:
        if isinstance(part, int):
            continue
        fields = {field.alias or name: field.annotation for name, field in current.model_fields.items()}
        found = _model_in(fields.get(str(part)))
        if found is None:
            return []
        current = found
    return [field.alias or name for name, field in current.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
