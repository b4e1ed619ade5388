"""The loss of a stage: its objective, and its penalties with their weights."""

from __future__ import annotations

from typing import cast

from torch import Tensor

from bench.engine.blame import blamed
from bench.errors import TrialFault
from bench.registry.catalog import Catalog
from bench.registry.components import Objective
from bench.registry.contracts import BankStep, ObjectiveFunction, ObjectiveInput
from bench.suite.recipe import StageRecipe


class StageLoss:
    """The sum of a stage's objective and its weighted penalties; `needs_teacher` where one asks for it."""

    def __init__(self, recipe: StageRecipe, catalog: Catalog) -> None:
        self.name = recipe.objective
        self.objective: ObjectiveFunction = catalog.get("objective", recipe.objective).make(
            recipe.objective_params
        )
        names = [recipe.objective, *(penalty.objective for penalty in recipe.penalties)]
        self.needs_teacher = any(
            cast("Objective", catalog.get("objective", name)).needs_teacher for name in names
        )
        self.penalties = [
            (
                penalty.objective,
                penalty.weight,
                catalog.get("objective", penalty.objective).make(penalty.params),
            )
            for penalty in recipe.penalties
        ]

    def __call__(self, step: ObjectiveInput) -> Tensor:
        """The loss of one step, a scalar."""
        with blamed(f"objective '{self.name}'"):
            loss = self.objective(step)
        total = _scalar(loss, self.name)
        if not total.requires_grad:
            raise TrialFault(f"objective '{self.name}'", "returned a loss without a gradient")
        for name, weight, penalty in self.penalties:
            with blamed(f"objective '{name}'"):
                addend = penalty(step)
            total = total + weight * _scalar(addend, name)
        return total

    @property
    def in_banks(self) -> bool:
        """Whether the objective and all penalties can treat the networks of a bank at once."""
        parts = [self.objective, *(penalty for _, _, penalty in self.penalties)]
        return all(callable(getattr(part, "rows", None)) for part in parts)

    def rows(self, step: BankStep) -> Tensor:
        """The losses of one step of a bank, shape (K,)."""
        total = self._rows_of(self.objective, self.name, step)
        for name, weight, penalty in self.penalties:
            total = total + weight * self._rows_of(penalty, name, step)
        return total

    def slopes(self, step: BankStep) -> tuple[Tensor, Tensor] | None:
        """The losses of one step of a bank, (K,), and their gradients by the outputs, in closed form.

        None where the objective has none, or a penalty is added.
        """
        own = getattr(self.objective, "slopes", None)
        if self.penalties or not callable(own):
            return None
        with blamed(f"objective '{self.name}'"):
            found = own(step)
            shapes = None if found is None else tuple(part.shape for part in found)
        if shapes is None:
            return None
        if shapes != ((len(step.targets),), step.outputs.shape):
            raise TrialFault(f"objective '{self.name}'", f"slopes returned tensors of shapes {shapes}")
        return tuple(found)

    @staticmethod
    def _rows_of(function: ObjectiveFunction, name: str, step: BankStep) -> Tensor:
        with blamed(f"objective '{name}'"):
            losses = function.rows(step)  # type: ignore[attr-defined]
        rows = len(step.targets)
        if not isinstance(losses, Tensor) or losses.shape != (rows,):
            raise TrialFault(f"objective '{name}'", f"rows did not return a tensor of shape ({rows},)")
        return losses


def _scalar(returned: object, name: str) -> Tensor:
    if not isinstance(returned, Tensor):
        raise TrialFault(f"objective '{name}'", f"returned {type(returned).__name__}, not a tensor")
    if returned.ndim != 0:
        raise TrialFault(f"objective '{name}'", f"returned shape {tuple(returned.shape)}, not a scalar")
    return returned
