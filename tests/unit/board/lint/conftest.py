"""Tables for the lint: written as text, checked with the default options unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.board.lint.check import Report, lint
from bench.board.lint.columns import mapped
from bench.board.lint.limits import METRICS
from bench.board.lint.relations import SparsityOf
from bench.board.lint.table import read_table


def checked(path: Path, *columns: str, constants=(), metric="accuracy", sparsity_of="parameters") -> Report:
    [chosen] = [one for one in METRICS if one.name == metric]
    return lint(read_table(path), mapped(columns, constants), chosen, SparsityOf(sparsity_of))


@pytest.fixture
def check() -> Callable[..., Report]:
    return checked


@pytest.fixture
def linted(tmp_path) -> Callable[..., Report]:
    def of(text: str, *columns: str, **options) -> Report:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return checked(path, *columns, **options)

    return of


@pytest.fixture
def tables() -> Path:
    return Path(__file__).parent / "tables"
