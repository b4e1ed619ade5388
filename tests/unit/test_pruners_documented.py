"""docs/pruners.md names every built-in pruner with its parameters and defaults, and every budget."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.registry.catalog import Catalog
from bench.registry.components import Pruner
from bench.registry.harness import SCOPES

TEXT = (Path(__file__).parents[2] / "docs" / "pruners.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([a-z0-9-]+)` \|(.+)\|$", TEXT, re.MULTILINE))
DEFAULT = re.compile(r"`(\w+)` = ([\w.]+\w)")


@pytest.fixture
def pruners(catalog: Catalog) -> dict[str, Pruner]:
    return {offer.component.name: offer.component for offer in catalog.of_kind("pruner")}


def test_every_built_in_pruner_and_every_scope_has_a_row_and_no_other(pruners: dict[str, Pruner]) -> None:
    assert set(ROWS) == set(pruners) | set(SCOPES)


def test_a_row_names_the_parameters(pruners: dict[str, Pruner]) -> None:
    for name, pruner in pruners.items():
        named = set(re.findall(r"`(\w+)`", ROWS[name]))
        assert {param.name for param in pruner.params} - named <= {"density"}, name


def test_the_defaults_in_a_row_are_the_defaults(pruners: dict[str, Pruner]) -> None:
    seen = 0
    for name, pruner in pruners.items():
        values = pruner.resolve({})
        for param, default in DEFAULT.findall(ROWS[name]):
            assert type(values[param])(default) == values[param], (name, param)
            seen += 1
        if (mode := re.search(r"`batch_norm` (\w+)", ROWS[name])) is not None:
            assert values["batch_norm"] == mode[1], name
            seen += 1
    assert seen >= 15


def test_a_row_says_whose_it_is(pruners: dict[str, Pruner]) -> None:
    for name, pruner in pruners.items():
        author = re.split(r",| and ", pruner.cite.rpartition("its iteration: ")[2])[0]
        assert author in ROWS[name], name
