"""Expands a suite into cells: the product of its grid with its entries, all parameters resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

from bench.registry.catalog import Catalog
from bench.registry.components import Pruner
from bench.suite.layers import complete, complete_objectives, layered
from bench.suite.load import LoadedSuite
from bench.suite.method_recipe import method_recipe
from bench.suite.recipe import Recipe
from bench.suite.schedules import complete_schedule
from bench.suite.schema import Entry, Override, Ref
from bench.suite.selection import check_selection


@dataclass(frozen=True)
class Contest:
    """All that a suite fixes but the seed and the sparsity; parameters are complete."""

    task: Ref
    model: Ref
    parametrization: Ref
    pruner: Ref
    schedule: Ref
    recipe: Recipe
    sparsities: tuple[float, ...]


def expand(suite: LoadedSuite, catalog: Catalog) -> Iterator[Contest]:
    """The contests of a suite, in the file's order.

    Raises:
        UserError: for an unknown component or parameter, naming the entry.
    """
    grid = suite.file.grid
    tasks = [complete("task", ref, catalog, f"{suite.where}: grid.task") for ref in grid.task]
    models = [complete("model", ref, catalog, f"{suite.where}: grid.model") for ref in grid.model]
    for task, model in product(tasks, models):
        for number, entry in enumerate(suite.file.entry, start=1):
            where = f"{suite.where}: [[entry]] {number}"
            yield from _contests(suite, entry, where, (task, model), catalog)


def _contests(
    suite: LoadedSuite, entry: Entry, where: str, cell: tuple[Ref, Ref], catalog: Catalog
) -> Iterator[Contest]:
    task, model = cell
    parametrization = complete("parametrization", entry.parametrization, catalog, where)
    pruner = cast("Pruner", catalog.get("pruner", entry.pruner, where))
    offer = catalog.offer("pruner", entry.pruner, where)
    for combination in _combinations(entry.params, pruner):
        ref = complete("pruner", Ref(name=entry.pruner, params=combination), catalog, where)
        names = {
            "task": task.name,
            "model": model.name,
            "pruner": ref.name,
            "parametrization": parametrization.name,
        }
        layers = [
            *(override.recipe for override in suite.file.override if _applies(override, names)),
            entry.recipe,
            suite.settings.recipe,
            method_recipe(offer, ref.params),
        ]
        recipe = complete_objectives(layered(suite.file.recipe, layers, where), catalog, where)
        check_selection(recipe, suite.file.validation, where)
        yield Contest(
            task=task,
            model=model,
            parametrization=parametrization,
            pruner=ref,
            schedule=complete_schedule(entry.schedule, where),
            recipe=recipe,
            sparsities=entry.sparsity or suite.file.grid.sparsity,
        )


def _combinations(params: Mapping[str, Any], pruner: Pruner) -> Iterator[dict[str, Any]]:
    """The product over parameters given as lists; a list-valued parameter's own list is one value."""
    listed = {param.name for param in pruner.all_params if param.many}
    axes = [
        value if isinstance(value, list) and not (name in listed and not _nested(value)) else [value]
        for name, value in params.items()
    ]
    for values in product(*axes):
        yield dict(zip(params, values, strict=True))


def _nested(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(item, list) for item in value)


def _applies(override: Override, names: Mapping[str, str]) -> bool:
    return all(names[key] == wanted for key, wanted in override.when.items())
