"""How many trials a suite asks for, counted before any is planned."""

from __future__ import annotations

import math

from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.parameters import Param
from bench.suite.grids import is_among
from bench.suite.layers import declared_params
from bench.suite.load import AnySuite, LoadedSuite
from bench.suite.products import alternatives
from bench.suite.schema import Entry, Grid, Ref

MOST_TRIALS = 1_000_000
_WITH_CONTROLS = 3


def check_size(suite: AnySuite, catalog: Catalog) -> None:
    """Check that a suite asks for no more than `MOST_TRIALS` trials; what grids share counts twice.

    Raises:
        UserError: where it asks for more.
    """
    count = sum(_trials(member, catalog) for member in suite.members)
    if count > MOST_TRIALS:
        shown = f"{count:,}" if count < 10**15 else f"10^{round(math.log10(count))}"
        raise UserError(
            f"{suite.where}: {shown} trials; a plan has at most {MOST_TRIALS:,}",
            "cut it into several suites, by seed for example: what they share is computed once",
        )


def _trials(suite: LoadedSuite, catalog: Catalog) -> int:
    """The product of each grid with its entries, as `expand` would form it."""
    return sum(
        _variants("task", grid.task, catalog)
        * _variants("model", grid.model, catalog)
        * sum(_contestants(entry, grid, catalog) for entry in suite.file.entry if is_among(grid, entry.grids))
        for grid in suite.file.grids
    )


def _contestants(entry: Entry, grid: Grid, catalog: Catalog) -> int:
    pruner = Ref(name=entry.pruner, params=entry.params)
    return (
        _variants("parametrization", (entry.parametrization,), catalog)
        * _variants("pruner", (pruner,), catalog)
        * (1 if entry.control is None else _WITH_CONTROLS)
        * len(grid.seed)
        * len(entry.sparsity or grid.sparsity)
    )


def _variants(kind: str, refs: tuple[Ref, ...], catalog: Catalog) -> int:
    """What the products of components come to; an unknown one counts for itself: planning names its place."""
    count = 0
    for ref in refs:
        many = {param.name for param in _declared(kind, ref.name, catalog) if param.many}
        count += math.prod(len(alternatives(value, many=key in many)) for key, value in ref.params.items())
    return count


def _declared(kind: str, name: str, catalog: Catalog) -> tuple[Param, ...]:
    try:
        return declared_params(kind, name, catalog, "")
    except UserError:
        return ()
