"""Synthetic records, and their standings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.board.cells import Cell
from bench.board.frame import tidy
from bench.board.standings import standings
from bench.store.record import Record
from tests.synthetic import MODELS, altered, synthetic


@pytest.fixture(scope="session")
def records() -> list[Record]:
    return list(synthetic())


@pytest.fixture(scope="session")
def all_records() -> list[Record]:
    return list(synthetic(tuple(MODELS)))


@pytest.fixture(scope="session")
def cells(all_records: list[Record]) -> tuple[Cell, ...]:
    return standings(tidy(all_records))


@pytest.fixture
def change() -> Callable[[Record, dict[str, Any]], Record]:
    return altered


@pytest.fixture
def make() -> Callable[..., Iterator[Record]]:
    return synthetic


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of the published records."""
    return Path(__file__).parents[3] / "leaderboard" / "records"
