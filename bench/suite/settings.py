"""`--set KEY=VALUE`: changes of a suite's grid or recipe from the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.errors import UserError
from bench.registry.suggest import did_you_mean
from bench.suite.recipe import StageRecipe
from bench.suite.schema import Grid

_STAGES = ("train", "finetune")


@dataclass(frozen=True)
class Settings:
    """Values for the grid, and for the recipe's stages; they win over everything in the file."""

    grid: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def parse_settings(pairs: Sequence[str]) -> Settings:
    """Settings from `KEY=VALUE` words.

    A key is `grid.AXIS` or `AXIS`, `recipe.STAGE.KEY` or `STAGE.KEY`. A value is TOML, or bare words
    parted by commas: `seed=0,1`, `model=lenet-5`, `train.lr=0.05`.

    Raises:
        UserError: for a word without '=', or an unknown key.
    """
    grid: dict[str, Any] = {}
    recipe: dict[str, dict[str, Any]] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise UserError(
                f"--set {pair}: not KEY=VALUE", "for example --set seed=0,1 --set recipe.train.epochs=2"
            )
        match _known(key.strip()):
            case (axis,):
                grid[axis] = parse_value(text)
            case (stage, name):
                recipe.setdefault(stage, {})[name] = parse_value(text)
    return Settings(grid, recipe)


def _known(key: str) -> tuple[str, ...]:
    keys: dict[str, tuple[str, ...]] = {f"grid.{axis}": (axis,) for axis in Grid.model_fields}
    keys |= {
        f"recipe.{stage}.{name}": (stage, name) for stage in _STAGES for name in StageRecipe.model_fields
    }
    short = {full.partition(".")[2]: parts for full, parts in keys.items()}
    found = keys.get(key) or short.get(key)
    if found is None:
        raise UserError(f"--set {key}: unknown key", did_you_mean(key, short | keys if "." in key else short))
    return found


def parse_value(text: str) -> Any:
    """A value as TOML, or else as bare words: one string, or a list where there are commas."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        words = [word.strip() for word in text.split(",")]
        if len(words) == 1:
            return words[0]
        return [parse_value(word) for word in words if word]
