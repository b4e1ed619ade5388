"""Labels that tell apart: a name, and only those details in which its namesakes differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.board.text import plain_text

Details = Mapping[str, Any]


def distinct_labels(
    names: Mapping[str, str], details: Mapping[str, Details], prefixes: Sequence[str]
) -> dict[str, str]:
    """A label for each key, all different: its name, with what its namesakes do differently.

    The fields whose name starts with the first prefix are added where they differ, then those of the
    next, until the labels are distinct: "magnitude (scope=layer)". Where nothing tells two apart, the
    beginning of the key does.
    """
    labels: dict[str, str] = {}
    for name in dict.fromkeys(names.values()):
        keys = [key for key in names if names[key] == name]
        found = _told_apart(name, {key: details[key] for key in keys}, prefixes)
        labels |= found
    return {
        key: label if list(labels.values()).count(label) == 1 else f"{label} #{key[:8]}"
        for key, label in labels.items()
    }


def _told_apart(name: str, details: Mapping[str, Details], prefixes: Sequence[str]) -> dict[str, str]:
    parts: dict[str, list[str]] = {key: [] for key in details}
    labels = dict.fromkeys(details, plain_text(name))
    for prefix in prefixes:
        if len(set(labels.values())) == len(labels):
            break
        for field in _differing(details, prefix):
            for key, fields in details.items():
                parts[key].append(f"{field.removeprefix(prefix)}={_value(fields.get(field))}")
        labels = {
            key: plain_text(f"{name} ({', '.join(words)})" if words else name) for key, words in parts.items()
        }
    return labels


def _differing(details: Mapping[str, Details], prefix: str) -> list[str]:
    fields = sorted({field for one in details.values() for field in one if field.startswith(prefix)})
    return [field for field in fields if len({_value(one.get(field)) for one in details.values()}) > 1]


def _value(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN is what a frame holds for nothing
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else plain_text(value, 40)
