"""What a suite may not ask: to choose an epoch by a validation split that it does not have."""

from __future__ import annotations

from bench.errors import UserError
from bench.suite.recipe import Recipe


def check_selection(recipe: Recipe, validation: float, where: str) -> None:
    """Check that there is something to choose by.

    Raises:
        UserError: where a stage selects by validation and nothing is held out.
    """
    for name, stage in (("train", recipe.train), ("finetune", recipe.finetune)):
        if stage.select == "best-validation" and validation == 0:
            raise UserError(
                f'{where}: recipe.{name}.select = "best-validation", but the suite holds nothing out',
                "write, say, `validation = 0.1` at the top of the suite",
            )
