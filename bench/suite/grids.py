"""The grids of a suite by name: which one a key means, and whether there is one of that name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.errors import UserError
from bench.registry.suggest import did_you_mean
from bench.suite.schema import Entry, Grid, Override, SuiteFile


def is_among(grid: Grid, names: Sequence[str] | None) -> bool:
    """Whether `names` speak of `grid`; None stands for all grids."""
    return names is None or grid.name in names


def place_of(file: SuiteFile, number: int) -> str:
    """How messages call a grid: `grid` where it is the only one, or by its place from 1."""
    return "grid" if isinstance(file.grid, Grid) else f"[[grid]] {number + 1}"


def check_grid_names(file: SuiteFile, where: str) -> None:
    """Check that entries and overrides name grids that there are.

    Raises:
        UserError: for a name that no grid has, naming the entry or override.
    """
    tables: dict[str, Sequence[Entry | Override]] = {"entry": file.entry, "override": file.override}
    for table, rows in tables.items():
        for number, row in enumerate(rows, start=1):
            check_known(row.grids or (), [file], f"{where}: [[{table}]] {number}: grids")


def check_known(names: Iterable[str], files: Sequence[SuiteFile], where: str) -> None:
    """Check that each of `names` is a grid's of one of `files`.

    Raises:
        UserError: with the nearest known name.
    """
    known = [grid.name for file in files for grid in file.grids if grid.name is not None]
    for name in names:
        if name not in known:
            raise UserError(
                f"{where}: no grid is called '{name}'",
                did_you_mean(name, known) or 'give the grid a name: `name = "…"`',
            )
