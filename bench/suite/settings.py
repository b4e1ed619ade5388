"""`--set KEY=VALUE`: changes of a suite's grids or recipe from the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.errors import UserError
from bench.registry.suggest import did_you_mean
from bench.suite.recipe import StageRecipe
from bench.suite.schema import AXES, Teacher

_STAGES = ("train", "finetune")
_HEAD = ("output_layer", "validation")
_OF_GRIDS = ("task", "model")
_OF_ENTRIES = ("pruner", "parametrization")
_OF_TEACHER = tuple(key for key in Teacher.model_fields if key != "recipe")
_SHORT = (
    *AXES,
    *_HEAD,
    *(f"{stage}.{name}" for stage in _STAGES for name in StageRecipe.model_fields),
    *(f"{kind}.PARAM" for kind in (*_OF_GRIDS, *_OF_ENTRIES)),
)
_LONG = (
    *(f"{stage}.objective_params.PARAM" for stage in _STAGES),
    *(f"{stage}.penalties.NAME.weight" for stage in _STAGES),
    *(f"{stage}.penalties.NAME.params.PARAM" for stage in _STAGES),
    *(f"grid.NAME.{axis}" for axis in AXES),
    *(f"grid.NAME.{kind}.PARAM" for kind in _OF_GRIDS),
    *(f"teacher.{key}" for key in _OF_TEACHER),
    *(f"teacher.{stage}.{name}" for stage in _STAGES for name in StageRecipe.model_fields),
)


@dataclass(frozen=True)
class ParamSetting:
    """A value for a parameter of all components of a kind that declare it.

    `key` is what was written; `grid` the name of the grid whose tasks or models are meant, None for
    those of all.
    """

    key: str
    kind: str
    param: str
    value: Any
    grid: str | None = None


@dataclass(frozen=True)
class RecipePart:
    """A value within a stage of the recipe.

    Of the penalty of that name, its `param`, or its weight where that is None; without a penalty,
    the `param` of the loss.
    """

    key: str
    stage: str
    penalty: str | None
    param: str | None
    value: Any


@dataclass(frozen=True)
class Settings:
    """What is laid over a suite; it wins over everything in the file.

    `axes` are values of the grids' axes, by the grid's name, with None for every grid; `head` of the
    suite's own keys; `params` of components; `recipe` of its stages' keys, and `parts` within them;
    `teacher` is laid over every teacher.
    """

    axes: Mapping[str | None, Mapping[str, Any]] = field(default_factory=dict)
    head: Mapping[str, Any] = field(default_factory=dict)
    params: tuple[ParamSetting, ...] = ()
    recipe: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    parts: tuple[RecipePart, ...] = ()
    teacher: Mapping[str, Any] = field(default_factory=dict)

    @property
    def may_merge(self) -> bool:
        """Whether contestants that differ in the file may have become equal."""
        return bool(self.params or self.recipe or self.parts or self.teacher)


def parse_settings(pairs: Sequence[str]) -> Settings:
    """Settings from `KEY=VALUE` words, with the keys of `settings_of`.

    A value is TOML, or bare words parted by commas: `seed=0,1`, `model=lenet-5`, `train.lr=0.05`.

    Raises:
        UserError: for a word without '=', or an unknown key.
    """
    values: list[tuple[str, Any]] = []
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise UserError(
                f"--set {pair}: not KEY=VALUE", "for example --set seed=0,1 --set recipe.train.epochs=2"
            )
        values.append((key.strip(), parse_value(text)))
    return settings_of(values)


def settings_of(values: Sequence[tuple[str, Any]]) -> Settings:
    """Settings from keys and values; of equal keys, the last wins.

    A key is `AXIS` of every grid, or `grid.NAME.AXIS` of one; `task.PARAM` or `model.PARAM`, also
    after `grid.` or `grid.NAME.`; `pruner.PARAM` or `parametrization.PARAM`; `STAGE.KEY` of the
    recipe, also after `recipe.`, or within that `STAGE.objective_params.PARAM`,
    `STAGE.penalties.NAME.weight` and `STAGE.penalties.NAME.params.PARAM`; `teacher.KEY`, or of the
    teacher's recipe `teacher.STAGE.KEY`; `validation` or `output_layer`.

    Raises:
        UserError: for an unknown key.
    """
    axes: dict[str | None, dict[str, Any]] = {}
    recipe: dict[str, dict[str, Any]] = {}
    head: dict[str, Any] = {}
    params: list[ParamSetting] = []
    parts: list[RecipePart] = []
    teacher: dict[str, Any] = {}
    for key, value in values:
        match _place(key):
            case ("axis", grid, axis):
                axes.setdefault(grid, {})[axis] = value
            case ("param", grid, kind, param):
                params.append(ParamSetting(key, kind, param, value, grid))
            case ("stage", stage, name):
                recipe.setdefault(stage, {})[name] = value
            case ("part", stage, penalty, param):
                parts.append(RecipePart(key, stage, penalty, param, value))
            case ("head", name):
                head[name] = value
            case ("teacher", name):
                teacher[name] = value
            case ("teacher", stage, name):
                teacher.setdefault("recipe", {}).setdefault(stage, {})[name] = value
    params.sort(key=lambda setting: setting.grid is not None)
    return Settings(axes, head, tuple(params), recipe, tuple(parts), teacher)


def _place(key: str) -> tuple[Any, ...]:
    """What a key means: which sort of setting, and what that needs to know."""
    words = key.split(".")
    if words[0] in AXES:
        words = ["grid", *words]
    if words[0] in _STAGES:
        words = ["recipe", *words]
    found: tuple[Any, ...] | None = None
    match words:
        case [name] if name in _HEAD:
            found = ("head", name)
        case [kind, param] if kind in _OF_ENTRIES:
            found = ("param", None, kind, param)
        case ["grid", *rest]:
            found = _in_grids(rest)
        case ["recipe", stage, *rest] if stage in _STAGES:
            found = _in_stage(stage, rest)
        case ["teacher", name] if name in _OF_TEACHER:
            found = ("teacher", name)
        case ["teacher", stage, name] | ["teacher", "recipe", stage, name] if (
            stage in _STAGES and name in StageRecipe.model_fields
        ):
            found = ("teacher", stage, name)
    if found is None:
        known = [*_SHORT, *_LONG, *(f"grid.{axis}" for axis in AXES)] if "." in key else _SHORT
        raise UserError(f"--set {key}: unknown key", did_you_mean(key, known))
    return found


def _in_grids(words: Sequence[str]) -> tuple[Any, ...] | None:
    grid = None
    if words and words[0] not in AXES:
        grid, *words = words
    match words:
        case [axis] if axis in AXES:
            return ("axis", grid, axis)
        case [kind, param] if kind in _OF_GRIDS:
            return ("param", grid, kind, param)
    return None


def _in_stage(stage: str, words: Sequence[str]) -> tuple[Any, ...] | None:
    """A penalty's name may have dots itself."""
    match words:
        case [name] if name in StageRecipe.model_fields:
            return ("stage", stage, name)
        case ["objective_params", param]:
            return ("part", stage, None, param)
        case ["penalties", first, *more, "params", param]:
            return ("part", stage, ".".join([first, *more]), param)
        case ["penalties", first, *more, "weight"]:
            return ("part", stage, ".".join([first, *more]), None)
    return None


def parse_value(text: str) -> Any:
    """A value as TOML, or else as bare words: one string, or a list where there are commas."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        words = [word.strip() for word in text.split(",")]
        if len(words) == 1:
            return words[0]
        return [parse_value(word) for word in words if word]
