"""Short names of methods: what is done to a network, without the network, the task and the seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.suite.schedules import schedule_words

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]
_DETAILS = (
    "spec.params.",
    "spec.matched_to.params.",
    "spec.parametrization_params.",
    "spec.recipe.",
    "spec.schedule_params.",
)


def methods(rows: pd.DataFrame) -> pd.Series[str]:
    """The method of each row: "magnitude (scope=layer)", one name for all cells.

    The name says the pruner and what surrounds it, then those parameters and recipe keys alone in which
    namesakes of one cell differ.
    """
    import pandas as pd

    first: list[dict[str, Any]] = [
        {str(key): value for key, value in row.items()}
        for row in rows.drop_duplicates(["cell", "entry"]).to_dict("records")
    ]
    names = [_name(row) for row in first]
    labels = dict(zip(((row["cell"], row["entry"]) for row in first), _labels(first, names), strict=True))
    found = [labels[key] for key in zip(rows["cell"], rows["entry"], strict=True)]
    return pd.Series(found, index=rows.index, dtype="object")


def _labels(rows: list[dict[str, Any]], names: list[str]) -> list[str]:
    fields: dict[str, list[str]] = {name: [] for name in names}
    for prefix in _DETAILS:
        for name, told in fields.items():
            namesakes = [row for row, other in zip(rows, names, strict=True) if other == name]
            if not _distinct(namesakes, told):
                told.extend(_differing(namesakes, prefix))
    return [_label(row, name, fields[name]) for row, name in zip(rows, names, strict=True)]


def _label(row: Row, name: str, fields: list[str]) -> str:
    words = [f"{_short(field)}={_text(row.get(field))}" for field in fields if _there(row.get(field))]
    return f"{name} ({', '.join(words)})" if words else name


def _distinct(rows: list[dict[str, Any]], fields: list[str]) -> bool:
    """Whether `fields` tell the rows of each cell apart."""
    keys = [(row["cell"], *(_text(row.get(field)) for field in fields)) for row in rows]
    return len(set(keys)) == len(keys)


def _differing(rows: list[dict[str, Any]], prefix: str) -> list[str]:
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for field, value in row.items():
            if field.startswith(prefix):
                found.setdefault((field, row["cell"]), set()).add(_text(value))
    return sorted({field for (field, _), values in found.items() if len(values) > 1})


def _name(row: Row) -> str:
    told = {
        key.removeprefix("spec.schedule_params."): value
        for key, value in row.items()
        if key.startswith("spec.schedule_params.") and _there(value)
    }
    parametrization, matched = row.get("spec.parametrization", "direct"), row.get("spec.matched_to.name")
    pruner = str(row["spec.pruner"]) + (f" (layer-matched to {matched})" if _there(matched) else "")
    schedule = schedule_words(str(row.get("spec.schedule", "one-shot")), told)
    before = [] if parametrization == "direct" else [str(parametrization)]
    return " · ".join([*before, pruner, *([schedule] if schedule else [])])


def _short(field: str) -> str:
    for prefix in ("spec.params.", "spec.parametrization_params.", "spec.recipe.", "spec."):
        if field.startswith(prefix):
            return field.removeprefix(prefix)
    return field


def _there(value: Any) -> bool:
    return value is not None and value == value  # noqa: PLR0124 - not NaN


def _text(value: Any) -> str:
    if not _there(value):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
