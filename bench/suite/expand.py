"""Expands a suite into cells: the products of its grids with its entries, all parameters resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.suite.grids import is_among, place_of
from bench.suite.layers import BY_PARENT, complete, complete_objectives, layered
from bench.suite.load import LoadedSuite
from bench.suite.method_recipe import method_recipe
from bench.suite.patches import patched
from bench.suite.products import complete_all
from bench.suite.recipe import Recipe
from bench.suite.schedules import complete_schedule
from bench.suite.schema import Entry, Grid, Override, Ref, Teacher
from bench.suite.selection import check_selection
from bench.suite.teacher import complete_teacher, merged_teacher

CONTROLS = ("random", "magnitude")


@dataclass(frozen=True)
class Contest:
    """All that a suite fixes but the seed and the sparsity; parameters are complete.

    `matched_to` is the pruner whose counts a layer-matched control takes over, if it is one; `grid`
    the place in the file of the grid that it comes from.
    """

    grid: int
    task: Ref
    model: Ref
    parametrization: Ref
    pruner: Ref
    schedule: Ref
    recipe: Recipe
    seeds: tuple[int, ...]
    sparsities: tuple[float, ...]
    teacher: Teacher | None = None
    matched_to: Ref | None = None


@dataclass(frozen=True)
class _Cell:
    """A task and a model of a grid."""

    number: int
    grid: Grid
    task: Ref
    model: Ref


def expand(suite: LoadedSuite, catalog: Catalog) -> Iterator[Contest]:
    """The contests of a suite, grid after grid, in the file's order.

    Raises:
        UserError: for an unknown component or parameter, naming the entry.
    """
    for cell in _cells(suite, catalog):
        for number, entry in enumerate(suite.file.entry, start=1):
            if is_among(cell.grid, entry.grids):
                yield from _contests(suite, entry, f"{suite.where}: [[entry]] {number}", cell, catalog)


def _cells(suite: LoadedSuite, catalog: Catalog) -> Iterator[_Cell]:
    for number, grid in enumerate(suite.file.grids):
        where = f"{suite.where}: {place_of(suite.file, number)}"
        tasks = complete_all("task", grid.task, catalog, f"{where}.task")
        models = complete_all("model", grid.model, catalog, f"{where}.model")
        for task, model in product(tasks, models):
            yield _Cell(number, grid, task, model)


def _contests(
    suite: LoadedSuite, entry: Entry, where: str, cell: _Cell, catalog: Catalog
) -> Iterator[Contest]:
    parametrizations = complete_all("parametrization", [entry.parametrization], catalog, where)
    pruners = complete_all("pruner", [Ref(name=entry.pruner, params=entry.params)], catalog, where)
    for parametrization, pruner in product(parametrizations, pruners):
        contestant = (cell, parametrization, pruner)
        overrides = _overrides(suite, contestant)
        teacher = _teacher(suite, entry, where, (cell, overrides), catalog)
        taught = BY_PARENT if teacher is None else (*teacher.stages, *BY_PARENT)
        recipe = _recipe(suite, entry, where, (pruner, overrides), catalog)
        recipe = complete_objectives(recipe, catalog, where, taught)
        check_selection(recipe, suite.file.validation, where)
        contest = Contest(
            grid=cell.number,
            task=cell.task,
            model=cell.model,
            parametrization=parametrization,
            pruner=pruner,
            schedule=complete_schedule(entry.schedule, recipe, where),
            recipe=recipe,
            seeds=cell.grid.seed,
            sparsities=entry.sparsity or cell.grid.sparsity,
            teacher=teacher,
        )
        _check_reachable(contest, where)
        yield contest
        if entry.control is not None:
            yield from _controls(contest, catalog, where)


def _overrides(suite: LoadedSuite, contestant: tuple[_Cell, Ref, Ref]) -> list[Override]:
    cell, parametrization, pruner = contestant
    names = {
        "task": cell.task.name,
        "model": cell.model.name,
        "pruner": pruner.name,
        "parametrization": parametrization.name,
    }
    return [one for one in suite.file.override if _applies(one, names, cell.grid)]


def _teacher(
    suite: LoadedSuite, entry: Entry, where: str, around: tuple[_Cell, list[Override]], catalog: Catalog
) -> Teacher | None:
    cell, overrides = around
    layers = [layer for layer in (*(one.teacher for one in overrides), entry.teacher) if layer]
    if suite.file.teacher is None and not layers:
        return None
    teacher = merged_teacher(suite.file.teacher, [*layers, suite.settings.teacher], where)
    return complete_teacher(teacher, cell.task, suite.file.validation, catalog, where)


def _recipe(
    suite: LoadedSuite, entry: Entry, where: str, around: tuple[Ref, list[Override]], catalog: Catalog
) -> Recipe:
    pruner, overrides = around
    layers = [*(one.recipe for one in overrides), entry.recipe, suite.settings.recipe]
    recipe = patched(layered(suite.file.recipe, layers, where), suite.settings.parts, catalog)
    return layered(recipe, [method_recipe(catalog.offer("pruner", pruner.name), pruner.params)], where)


def _controls(contest: Contest, catalog: Catalog, where: str) -> Iterator[Contest]:
    """The layer-matched controls of a contest; a pruner is no control of itself."""
    for name in CONTROLS:
        if name != contest.pruner.name:
            control = complete("pruner", Ref(name=name, params={"scope": "layer"}), catalog, where)
            yield replace(contest, pruner=control, matched_to=contest.pruner)


def _check_reachable(contest: Contest, where: str) -> None:
    if contest.schedule.params.get("rate", 0) > 0 and 1.0 in contest.sparsities:
        raise UserError(
            f"{where}: a rate a round never reaches sparsity 1",
            "give rounds in place of rate, or the entry sparsities of its own",
        )


def _applies(override: Override, names: Mapping[str, str], grid: Grid) -> bool:
    fits = all(names[key] == wanted for key, wanted in override.when.items())
    return fits and is_among(grid, override.grids)
