"""What an objective may be used for: as a loss or a penalty, with a teacher or without."""

from __future__ import annotations

from typing import Literal, cast

from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.components import Objective
from bench.registry.suggest import did_you_mean

StageName = Literal["train", "finetune"]


def check_use(
    name: str, role: Literal["loss", "penalty"], catalog: Catalog, where: str, *, taught: bool
) -> None:
    """Check that the objective `name` can be what the recipe of a stage makes of it.

    `taught` says whether there is a teacher in that stage.

    Raises:
        UserError: where a penalty stands for a loss or the other way round, or where an objective that
            needs a teacher is used before there is one.
    """
    objective = cast("Objective", catalog.get("objective", name, where))
    if objective.role != role:
        known = [
            offer.component.name for offer in catalog.of_kind("objective") if _role(offer.component) == role
        ]
        raise UserError(
            f"{where}: objective '{name}' is a {objective.role}, not a {role}",
            f"put it under {'penalties' if role == 'loss' else 'objective'}; "
            + (did_you_mean(name, known) or f"no plugin offers a {role}"),
        )
    if objective.needs_teacher and not taught:
        raise UserError(
            f"{where}: objective '{name}' needs a teacher, and the dense network's training has none",
            "give the suite one under [teacher]; or use it under recipe.finetune, where the dense network "
            "teaches its pruned descendant",
        )


def _role(component: object) -> str:
    return cast("Objective", component).role
