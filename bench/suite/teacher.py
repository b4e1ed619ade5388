"""The teacher of a contest: what the suite, its overrides and the entry say of it, complete and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import ValidationError

from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.components import Task
from bench.suite.layers import complete, complete_objectives, layered
from bench.suite.method_recipe import method_recipe
from bench.suite.problems import as_user_error
from bench.suite.recipe import FinetuneRecipe, Recipe
from bench.suite.schema import UNPRUNED, Ref, Teacher
from bench.suite.selection import check_selection


def merged_teacher(base: Teacher | None, layers: Sequence[Mapping[str, Any]], where: str) -> Teacher:
    """`base` with `layers` laid over it, later ones winning.

    Recipes are merged key by key. Another pruner brings its own parameters.

    Raises:
        UserError: for an unknown or ill-typed key.
    """
    merged: dict[str, Any] = {} if base is None else base.model_dump(exclude_unset=True)
    for layer in layers:
        if layer.get("pruner", merged.get("pruner")) != merged.get("pruner"):
            merged.pop("params", None)
        merged |= {**layer, "recipe": _recipes(merged.get("recipe", {}), layer.get("recipe", {}))}
    try:
        return Teacher.model_validate(merged)
    except ValidationError as error:
        raise as_user_error(error, Teacher, f"{where}: teacher") from None


def complete_teacher(teacher: Teacher, task: Ref, validation: float, catalog: Catalog, where: str) -> Teacher:
    """The teacher with all parameters of its components, and the recipe keys that its pruner brings along.

    One that is not pruned is not fine-tuned.

    Raises:
        UserError: for an unknown component or parameter, or a seed of its own where the data depend on
            the seed: it would be trained on data that its students never see.
    """
    where = f"{where}: teacher"
    if teacher.seed is not None and cast("Task", catalog.get("task", task.name, where)).seeded:
        raise UserError(
            f"{where}: seed = {teacher.seed}, but the data of task '{task.name}' depend on the seed",
            "leave it out: the teacher then has its student's",
        )
    pruner = complete("pruner", Ref(name=teacher.pruner, params=teacher.params), catalog, where)
    brought = method_recipe(catalog.offer("pruner", pruner.name), pruner.params)
    recipe = layered(teacher.recipe, [brought], where)
    if pruner.name == UNPRUNED:
        recipe = Recipe(train=recipe.train, finetune=FinetuneRecipe(epochs=0))
    recipe = complete_objectives(recipe, catalog, where)
    check_selection(recipe, validation, where)
    return teacher.model_copy(
        update={
            "model": complete("model", teacher.model, catalog, where),
            "parametrization": complete("parametrization", teacher.parametrization, catalog, where),
            "params": pruner.params,
            "recipe": recipe,
        }
    )


def _recipes(base: Mapping[str, Any], layer: object) -> object:
    if not isinstance(layer, Mapping) or not all(isinstance(stage, Mapping) for stage in layer.values()):
        return layer
    return {**base, **{stage: {**base.get(stage, {}), **keys} for stage, keys in layer.items()}}
