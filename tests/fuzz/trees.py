"""Changes of plain data, as TOML and JSON hold them, that keep most of their structure."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

Place = tuple[Any, Any]


def _deep(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


LEAVES: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 2, 7, 2**31, 2**53 + 1, 2**63, 2**64, -(2**70), 10**400, Decimal("9" * 5000),
    0.0, -0.0, 0.5, 0.9999999, 1.0, 1e-15, 5e-324, 1e308, -1.5, float("nan"), float("inf"), float("-inf"),
    "", " ", "nan", "none", "random", "magnitude", "train", "digits", "mlp", "timm:resnet18", ":",
    "timm:../../x", "__proto__", "constructor", "__class__", "../../etc/passwd", "/dev/zero", "C:\\x",
    "a/b", "a\nb", "a\0b", "%s%n", "{0.__class__}", "$(id)", "<script>", "\u202e", "\u0000", "e\u0301",
    "\U0001d54f" * 40, "x" * 100_000, "1" * 400, [], [[]], {}, {"": {}}, [{}], [None], [0.5] * 1000,
    list(range(1000)), ["magnitude"] * 50, _deep(5), _deep(150),
)  # fmt: skip
KEYS = (
    "",
    "__proto__",
    "name",
    "params",
    "schema",
    "grid",
    "entry",
    "x" * 300,
    "a.b",
    "a/b",
    "\0",
    "\U0001d54f",
    "NaN",
    "1",
)


def changed(tree: Any, others: Sequence[Any], rng: random.Random) -> Any:
    """`tree` after one to five changes of values, keys and lists; parts of `others` may come into it."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        places = list(_places(tree))
        if not places:
            return rng.choice(LEAVES)
        _change(*rng.choice(places), others, rng)
    return tree


def _places(tree: Any) -> Iterator[Place]:
    """Where a value stands: the mapping or list that holds it, and its key there."""
    todo = [tree]
    while todo:
        holder = todo.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            yield holder, key
            if isinstance(holder[key], dict | list):
                todo.append(holder[key])


def _change(holder: Any, key: Any, others: Sequence[Any], rng: random.Random) -> None:
    value = holder[key]
    match rng.randrange(10):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[rng.choice(KEYS)] = holder.pop(key)
        case 2 if isinstance(holder, dict):
            holder[rng.choice(KEYS)] = copy.deepcopy(value)
        case 3 if isinstance(value, list) and value:
            value.extend(copy.deepcopy(value) * rng.choice((1, 3, 300)))
        case 4:
            holder[key] = [value]
        case 5:
            holder[key] = {rng.choice(KEYS): value}
        case 6 | 7 if isinstance(value, int | float) and not isinstance(value, bool):
            holder[key] = rng.choice(_near(value))
        case 6 | 7 | 8:
            places = list(_places(rng.choice(others)))
            akin = [place for place in places if place[1] == key and isinstance(key, str)]
            other, found = rng.choice(akin or places)
            holder[key] = copy.deepcopy(other[found])
        case _:
            holder[key] = copy.deepcopy(rng.choice(LEAVES))


def _near(value: float) -> list[Any]:
    """Numbers near `value`, and its text; of one too large for a float or a text, other whole numbers."""
    try:
        return [-value, value + 1, value * 1000, value / 3, float(value), str(value)]
    except (OverflowError, ValueError):
        return [-value, value + 1, value * 1000]
