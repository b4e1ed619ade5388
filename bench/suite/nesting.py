"""How deep plain data may be nested, so that no reader of them runs out of stack."""

from __future__ import annotations

from typing import Any

MAX_DEPTH = 12


def check_depth(plain: Any) -> None:
    """Check that mappings and lists are nested at most `MAX_DEPTH` deep.

    Raises:
        ValueError: where they are deeper.
    """
    level = [plain]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise ValueError(f"nested more than {MAX_DEPTH} deep")
