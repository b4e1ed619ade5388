"""`--set` of one parameter of a recipe's loss, or of one of its penalties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.suggest import did_you_mean
from bench.suite.layers import declared_params, layered
from bench.suite.products import checked
from bench.suite.recipe import Penalty, Recipe, StageRecipe
from bench.suite.schema import SuiteFile
from bench.suite.settings import RecipePart, Settings


def patched(recipe: Recipe, parts: Sequence[RecipePart], catalog: Catalog) -> Recipe:
    """`recipe` with `parts` changed where it has them; what it does not have is left alone.

    Raises:
        UserError: for a value of the wrong type, naming its key.
    """
    for part in parts:
        stage: StageRecipe = getattr(recipe, part.stage)
        values: dict[str, Any] = {}
        if part.penalty is not None:
            if any(penalty.objective == part.penalty for penalty in stage.penalties):
                values = {"penalties": [_with(penalty, part, catalog) for penalty in stage.penalties]}
        elif _declares(stage.objective, part, catalog):
            values = {
                "objective_params": {**stage.objective_params, **_value(stage.objective, part, catalog)}
            }
        if values:
            recipe = layered(recipe, [{part.stage: values}], f"--set {part.key}")
    return recipe


def check_parts(settings: Settings, files: Sequence[SuiteFile], catalog: Catalog) -> None:
    """Check that some recipe of `files` has what each of the settings' parts changes.

    Raises:
        UserError: with the nearest penalty or parameter that there is.
    """
    for part in settings.parts:
        layers = [layer for file in files for layer in _layers(settings, file, part.stage)]
        penalties = {name for layer in layers for name in _penalties(layer)}
        losses = {layer["objective"] for layer in layers if isinstance(layer.get("objective"), str)}
        if part.penalty is not None and part.penalty not in penalties:
            add = f'recipe.{part.stage}.penalties=[{{objective="{part.penalty}", weight=0.001}}]'
            raise UserError(
                f"--set {part.key}: no recipe.{part.stage} has a penalty '{part.penalty}'",
                did_you_mean(part.penalty, penalties) or f"add it: --set '{add}'",
            )
        objectives = losses if part.penalty is None else {part.penalty}
        known = {one.name for name in objectives for one in declared_params("objective", name, catalog, "")}
        if part.param is not None and part.param not in known:
            raise UserError(
                f"--set {part.key}: no parameter '{part.param}' of {', '.join(sorted(objectives))}",
                did_you_mean(part.param, known) or "it takes no parameters",
            )


def _with(penalty: Penalty, part: RecipePart, catalog: Catalog) -> dict[str, Any]:
    plain = penalty.model_dump(exclude_unset=True)
    if penalty.objective != part.penalty:
        return plain
    if part.param is None:
        return {**plain, "weight": part.value}
    return {**plain, "params": {**penalty.params, **_value(penalty.objective, part, catalog)}}


def _declares(objective: str, part: RecipePart, catalog: Catalog) -> bool:
    declared = declared_params("objective", objective, catalog, f"recipe.{part.stage}")
    return any(param.name == part.param for param in declared)


def _value(objective: str, part: RecipePart, catalog: Catalog) -> dict[str, Any]:
    declared = declared_params("objective", objective, catalog, f"recipe.{part.stage}")
    return {
        param.name: checked(param, part.value, part.key) for param in declared if param.name == part.param
    }


def _layers(settings: Settings, file: SuiteFile, stage: str) -> Iterator[Mapping[str, Any]]:
    """What is said of a stage: by the suite, its overrides and entries, and where they win, the settings."""
    won = settings.recipe.get(stage, {})
    base = getattr(file.recipe, stage).model_dump()
    overrides = [override.recipe.get(stage, {}) for override in file.override]
    entries = [entry.recipe.get(stage, {}) for entry in file.entry]
    yield won
    for layer in (base, *overrides, *entries):
        yield {key: value for key, value in layer.items() if key not in won}


def _penalties(layer: Mapping[str, Any]) -> Iterator[str]:
    given = layer.get("penalties")
    for penalty in given if isinstance(given, list | tuple) else ():
        name = penalty.get("objective") if isinstance(penalty, Mapping) else None
        if isinstance(name, str):
            yield name
