"""The recipe keys that a pruner brings along, asked of its plugin and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from bench.errors import UserError
from bench.registry.catalog import Offer
from bench.registry.components import Pruner
from bench.registry.gather import in_words
from bench.suite.layers import Layer, by_stage
from bench.suite.recipe import FinetuneRecipe, StageRecipe

_KEYS = frozenset(
    f"{stage}.{key}"
    for stage, recipe in (("train", StageRecipe), ("finetune", FinetuneRecipe))
    for key in recipe.model_fields
)


def method_recipe(offer: Offer, params: Mapping[str, Any]) -> Layer:
    """What the pruner of `offer` lays over the recipe at `params`; nothing for most.

    Raises:
        UserError: naming the plugin, where its code raises or returns something else than known keys.
    """
    pruner = cast("Pruner", offer.component)
    if pruner.recipe is None:
        return {}
    try:
        dotted = pruner.recipe(dict(params))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's code, while nothing has been run yet
        raise _fault(offer, f"raised {in_words(error)}") from None
    if not isinstance(dotted, Mapping):
        raise _fault(offer, f"returned {type(dotted).__name__}, not a mapping")
    unknown = sorted(str(key) for key in dotted if key not in _KEYS)
    if unknown:
        raise _fault(offer, f"has unknown keys: {', '.join(unknown)}; keys are such as 'train.lr'")
    return by_stage(dotted)


def _fault(offer: Offer, problem: str) -> UserError:
    return UserError(
        f"{offer.origin}: the recipe of pruner '{offer.component.name}' {problem}",
        "this is the plugin's fault; leave the pruner out of the suite until it is mended",
    )
