"""The places of texts in a record, read off the published schema."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from bench.store.record import record_schema
from tests.unit.board.submission.cases import Plain, rehashed

ANY, EACH = "*", "[]"
Path = tuple[str, ...]


def full_record(good: Plain) -> Plain:
    """The record with every optional field filled."""
    plain = copy.deepcopy(good)
    spec = plain["spec"]
    spec["task_params"] = spec["model_params"] = spec["parametrization_params"] = {"a": "b"}
    spec["matched_to"] = {"name": "snip", "params": {"a": "b"}}
    for stage in spec["recipe"].values():
        stage["objective_params"] = {"a": "b"}
        stage["augment"] = ["flip"]
        stage["sampling"] = "replacement"
        stage["penalties"] = [{"objective": "l2", "weight": 0.1, "params": {"a": "b"}}]
    named = {"name": "mlp", "params": {"a": "b"}}
    spec["teacher"] = {
        "model": named,
        "parametrization": named,
        "pruner": "magnitude",
        "params": {"a": "b"},
        "sparsity": 0.5,
        "recipe": spec["recipe"],
        "stages": ["train"],
    }
    spec["measures"][0]["params"] = {"a": "b"}
    plain["env"] |= {"git": {"sha": "0" * 40, "dirty": False}, "data_sha256": "0" * 64}
    plain["curves"] = {"loss_by_units": [1.0]}
    plain["volatile"] = ["loss_by_units"]
    plain["unmeasured"] = {"latency": "no device"}
    plain["selected"] = {"train": 1}
    point = {"measure": "sv-trace", "epoch": 0, "metrics": {"a": 1.0}, "per_layer": {"fc1": {"a": 1.0}}}
    point["curves"] = {"a": [1.0]}
    plain["traces"] = [point]
    return rehashed(plain)


def text_paths() -> list[Path]:
    """Every place of the schema that may hold a text; `*` stands for any key, `[]` for an item."""
    schema = record_schema()
    found = _paths(schema, schema["$defs"], ())
    return sorted({path for path in found if path[0] != "error"})  # only failed trials have one, refused


def key_paths() -> list[Path]:
    """Every place of the schema that may hold keys of the writer's choice."""
    return [path[:-1] for path in _dicts()]


def _dicts() -> list[Path]:
    schema = record_schema()
    return sorted({path for path in _paths(schema, schema["$defs"], (), keys=True) if path[-1] == ANY})


def _paths(node: dict[str, Any], defs: dict[str, Any], at: Path, *, keys: bool = False) -> Iterator[Path]:
    if "$ref" in node:
        yield from _paths(defs[node["$ref"].rpartition("/")[2]], defs, at, keys=keys)
    for option in node.get("anyOf", ()):
        yield from _paths(option, defs, at, keys=keys)
    for item in (node.get("items"), *node.get("prefixItems", ())):
        if isinstance(item, dict):
            yield from _paths(item, defs, (*at, EACH), keys=keys)
    for name, child in node.get("properties", {}).items():
        yield from _paths(child, defs, (*at, name), keys=keys)
    more = node.get("additionalProperties", False)
    if more is not False and at:
        if keys or more is True:
            yield (*at, ANY)
        if isinstance(more, dict):
            yield from _paths(more, defs, (*at, ANY), keys=keys)
    if node.get("type") == "string" and not keys:
        yield at


def places(plain: Any, path: Path) -> Iterator[tuple[Any, Any]]:
    """The containers and keys in `plain` that `path` leads to."""
    first, *rest = path
    if first == EACH:
        keys: Any = range(len(plain))
    else:
        keys = list(plain) if first == ANY else [first] if first in plain else []
    for key in keys:
        if rest:
            if isinstance(plain[key], dict | list):
                yield from places(plain[key], tuple(rest))
        else:
            yield plain, key
