"""Schedules: when and how often pruning happens, and from where training then goes on."""

from __future__ import annotations

from collections.abc import Mapping

from bench.errors import UserError
from bench.registry.parameters import Param, resolve
from bench.registry.suggest import did_you_mean
from bench.suite.schema import Ref

RETRAIN = (
    Param(
        "retrain",
        str,
        "finetune",
        "what follows a pruning: fine-tuning by `recipe.finetune`",
        choices=("finetune",),
    ),
    Param("rewind_epoch", int, 0, "the epoch of training that rewinding goes back to", minimum=0),
)
SCHEDULES: Mapping[str, tuple[Param, ...]] = {"one-shot": RETRAIN}


def complete_schedule(ref: Ref, where: str) -> Ref:
    """The schedule with all its parameters.

    Raises:
        UserError: for an unknown schedule or parameter, naming `where`.
    """
    if ref.name not in SCHEDULES:
        raise UserError(
            f"{where}: no schedule '{ref.name}'",
            did_you_mean(ref.name, SCHEDULES),
        )
    return Ref(
        name=ref.name, params=resolve(SCHEDULES[ref.name], ref.params, f"{where}: schedule '{ref.name}'")
    )
