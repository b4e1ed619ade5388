"""Recipes in layers: what the suite says, what an entry changes, what belongs to a method."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.gather import in_words
from bench.registry.parameters import Param, Params, resolve, spelled_out
from bench.suite.problems import as_user_error
from bench.suite.recipe import Recipe, StageRecipe
from bench.suite.roles import StageName, check_use
from bench.suite.schema import Ref

Layer = Mapping[str, Mapping[str, Any]]
_STAGES: tuple[StageName, ...] = ("train", "finetune")
BY_PARENT: tuple[StageName, ...] = ("finetune",)


def layered(base: Recipe, layers: Sequence[Layer], where: str) -> Recipe:
    """`base` with `layers` laid over it, later ones winning.

    Raises:
        UserError: for an unknown or ill-typed key.
    """
    merged: dict[str, Any] = base.model_dump(exclude_unset=True)
    for layer in layers:
        for stage, values in layer.items():
            merged[stage] = {**merged.get(stage, {}), **values}
    try:
        return Recipe.model_validate(merged)
    except ValidationError as error:
        raise as_user_error(error, Recipe, f"{where}: recipe") from None


def by_stage(dotted: Mapping[str, Any]) -> Layer:
    """`{"train.lr": 0.1}` as `{"train": {"lr": 0.1}}`."""
    stages: dict[str, dict[str, Any]] = {}
    for key, value in dotted.items():
        stage, _, name = key.partition(".")
        stages.setdefault(stage, {})[name] = value
    return stages


def complete(kind: str, ref: Ref, catalog: Catalog, where: str) -> Ref:
    """`ref` with its parameters as a spec spells them out, so that a changed default changes the id."""
    declared = declared_params(kind, ref.name, catalog, where)
    called = f"{where}: {kind} '{ref.name}'"
    check = catalog.get(kind, ref.name, where).check
    if check is not None:
        _ask(check, resolve(declared, ref.params, called), called)
    return Ref(name=ref.name, params=spelled_out(declared, ref.params, called))


def _ask(check: Callable[[Params], None], values: Params, where: str) -> None:
    """Let a component say whether its parameters fit each other."""
    try:
        check(values)
    except UserError as error:
        raise UserError(f"{where}: {error.message}", error.hint) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's code, while nothing has been run yet
        raise UserError(
            f"{where}: its check raised {in_words(error)}", "this is the fault of its plugin"
        ) from None


def declared_params(kind: str, name: str, catalog: Catalog, where: str) -> tuple[Param, ...]:
    """The parameters that a suite may give to a component; a model's shape is the task's.

    Raises:
        UserError: for an unknown component.
    """
    component = catalog.get(kind, name, where)
    return component.params if kind == "model" else component.all_params


def complete_objectives(
    recipe: Recipe, catalog: Catalog, where: str, taught: Collection[StageName] = BY_PARENT
) -> Recipe:
    """The recipe with complete parameters of its objectives and penalties.

    `taught` are the stages that have a teacher; in fine-tuning that is the dense network, if no other.
    """
    return recipe.model_copy(
        update={
            name: _complete_stage(
                getattr(recipe, name), catalog, f"{where}: recipe.{name}", taught=name in taught
            )
            for name in _STAGES
        }
    )


def _complete_stage(stage: StageRecipe, catalog: Catalog, where: str, *, taught: bool) -> StageRecipe:
    loss = complete("objective", Ref(name=stage.objective, params=stage.objective_params), catalog, where)
    check_use(stage.objective, "loss", catalog, where, taught=taught)
    penalties = []
    for penalty in stage.penalties:
        check_use(penalty.objective, "penalty", catalog, where, taught=taught)
        full = complete("objective", Ref(name=penalty.objective, params=penalty.params), catalog, where)
        penalties.append(penalty.model_copy(update={"params": full.params}))
    return stage.model_copy(update={"objective_params": loss.params, "penalties": tuple(penalties)})
