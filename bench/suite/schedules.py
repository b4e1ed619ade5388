"""Schedules: when and how often pruning happens, and from where training then goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.errors import UserError
from bench.registry.parameters import Param, resolve
from bench.registry.suggest import did_you_mean
from bench.suite.recipe import Recipe
from bench.suite.schema import Ref

REWINDS = ("lr-rewind", "weight-rewind")
MOST_ROUNDS = 1000
RETRAIN = (
    Param(
        "retrain",
        str,
        "finetune",
        "what follows a pruning: `recipe.finetune`; or `recipe.train` again, from weights as they are "
        "(lr-rewind), as they were after `rewind_epoch` (weight-rewind), as initialised (reset), or "
        "initialised anew (reinit)",
        choices=("finetune", *REWINDS, "reset", "reinit"),
    ),
    Param("rewind_epoch", int, 0, "the epoch of training that rewinding goes back to", minimum=0),
)
AFTERWARDS = Param(
    "retrain",
    str,
    "none",
    "what follows the training: nothing, or `recipe.finetune`",
    choices=("none", "finetune"),
)
_ROUNDS = (
    Param(
        "rounds",
        int,
        5,
        "how many rounds, spaced geometrically; 0 where `rate` is given",
        minimum=0,
        maximum=MOST_ROUNDS,
    ),
    Param(
        "rate",
        float,
        0.0,
        "instead of `rounds`: the share of the remaining weights that each round removes",
        minimum=0,
        maximum=0.99,
    ),
)
_GRADUAL = (
    Param("initial", float, 0.0, "the sparsity at the first pruning", minimum=0, maximum=1),
    Param("start", float, 0.0, "when the first pruning comes, as a share of training", minimum=0, maximum=1),
    Param("end", float, 0.75, "when the last pruning comes, as a share of training", minimum=0, maximum=1),
    Param("every", int, 100, "steps between prunings", minimum=1),
)
_DYNAMIC = (
    Param(
        "drop", float, 0.3, "the share of a layer's weights that the first update moves", minimum=0, maximum=1
    ),
    Param("end", float, 0.75, "when updates stop, as a share of training", minimum=0, maximum=1),
    Param("every", int, 100, "steps between updates", minimum=1),
)
SCHEDULES: Mapping[str, tuple[Param, ...]] = {
    "one-shot": RETRAIN,
    "iterative": (*_ROUNDS, *RETRAIN),
    "gradual": (*_GRADUAL, AFTERWARDS),
    "at-init": (AFTERWARDS,),
    "rigl": (*_DYNAMIC, AFTERWARDS),
    "set": (*_DYNAMIC, AFTERWARDS),
}
FROM_INIT = frozenset({"gradual", "at-init", "rigl", "set"})
CHANGING_MASKS = frozenset({"gradual", "rigl", "set"})


def complete_schedule(ref: Ref, recipe: Recipe, where: str) -> Ref:
    """The schedule with all its parameters.

    Raises:
        UserError: for an unknown schedule or parameter, or parameters that do not fit each other or
            the recipe, naming `where`.
    """
    if ref.name not in SCHEDULES:
        raise UserError(
            f"{where}: no schedule '{ref.name}'",
            did_you_mean(ref.name, SCHEDULES),
        )
    where = f"{where}: schedule '{ref.name}'"
    params = resolve(SCHEDULES[ref.name], ref.params, where)
    if ref.name == "iterative":
        params |= _rounds(ref.params, params, where)
    if "rewind_epoch" in params:
        _check_rewinding(params, recipe, where)
    if ref.name == "gradual" and params["start"] > params["end"]:
        raise UserError(f"{where}: it starts after its end", "let start be at most end")
    if ref.name in CHANGING_MASKS and recipe.train.select != "last":
        raise UserError(
            f"{where}: masks change while it trains, so no earlier epoch's weights can be kept",
            'set recipe.train.select = "last" for this entry',
        )
    return Ref(name=ref.name, params=params)


def schedule_words(name: str, params: Mapping[str, Any]) -> str:
    """A schedule as people call it: its name and what of `params` is no default; "" for the plain one."""
    defaults = {param.name: param.default for param in SCHEDULES.get(name, ())}
    if params.get("rate"):  # which stands in place of rounds
        defaults["rounds"] = 0
    told = [f"{key}={_short(value)}" for key, value in params.items() if value != defaults.get(key)]
    if name == "one-shot" and not told:
        return ""
    return f"{name} ({', '.join(told)})" if told else name


def _rounds(given: Mapping[str, Any], params: Mapping[str, Any], where: str) -> dict[str, Any]:
    if params["rate"] > 0:
        if given.get("rounds"):
            raise UserError(f"{where}: both rounds and rate are given", "give one of them")
        if params["rate"] < 1 / MOST_ROUNDS:
            raise UserError(
                f"{where}: rate {params['rate']:g} takes more than {MOST_ROUNDS} rounds", "give a larger rate"
            )
        return {"rounds": 0}
    if params["rounds"] == 0:
        raise UserError(f"{where}: neither rounds nor rate is given", "give one of them")
    return {}


def _check_rewinding(params: Mapping[str, Any], recipe: Recipe, where: str) -> None:
    epoch, epochs = params["rewind_epoch"], recipe.train.epochs
    if epoch and params["retrain"] not in REWINDS:
        raise UserError(
            f"{where}: rewind_epoch says nothing to retrain = '{params['retrain']}'",
            f"leave it out, or let retrain be {' or '.join(REWINDS)}",
        )
    if epoch > epochs:
        raise UserError(
            f"{where}: rewind_epoch {epoch} lies after the training's {epochs} epochs",
            "rewind to an epoch of recipe.train",
        )


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
