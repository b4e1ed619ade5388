"""Plain data as TOML, which the standard library reads but does not write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def toml_text(tree: Any) -> bytes:
    """`tree` as the text of a TOML file; what TOML has no notation for makes it none."""
    if not isinstance(tree, Mapping):
        return _value(tree).encode("utf-8", "surrogatepass")
    lines = [f"{_string(key)} = {_value(value)}\n" for key, value in tree.items() if value is not None]
    return "".join(lines).encode("utf-8", "surrogatepass")


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_string(key)} = {_value(one)}" for key, one in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list | tuple):
        return "[" + ",\n".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return _string(value) if isinstance(value, str) else str(value)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
