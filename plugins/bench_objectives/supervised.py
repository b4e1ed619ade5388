"""The supervised losses, of one network and of a bank."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

import bench


@dataclass(frozen=True)
class Supervised:
    """Cross-entropy for classification; for regression the mean squared error, or half the sum of squares.

    `reduction` is over an example's outputs, "mean" or "half-sum"; over the batch it is always the mean.
    """

    label_smoothing: float
    reduction: str = "mean"

    def __call__(self, step: bench.ObjectiveInput) -> Tensor:
        """Return the mean over the batch."""
        if step.kind == "regression":
            outputs = step.outputs.view(step.targets.shape)
            if self.reduction == "half-sum":
                return functional.mse_loss(outputs, step.targets, reduction="sum") / (2 * len(outputs))
            return functional.mse_loss(outputs, step.targets)
        return functional.cross_entropy(step.outputs, step.targets, label_smoothing=self.label_smoothing)

    def rows(self, step: bench.BankStep) -> Tensor:
        """Return each network's mean over its batch."""
        if step.kind == "regression":
            return self._squared(step.outputs.view(step.targets.shape) - step.targets)
        losses = functional.cross_entropy(
            step.outputs.transpose(1, 2),  # classes in the middle: a third of the time that they take last
            step.targets,
            reduction="none",
            label_smoothing=self.label_smoothing,
        )
        return losses.mean(1)

    def slopes(self, step: bench.BankStep) -> tuple[Tensor, Tensor] | None:
        """Return the rows of a regression with their gradients; None for a classification."""
        if step.kind != "regression":
            return None
        off = step.outputs.view(step.targets.shape) - step.targets
        losses = self._squared(off)
        each = off[0].numel() / 2 if self.reduction == "mean" else off.shape[1]
        return losses, off.mul_(1 / each).view(step.outputs.shape)

    def _squared(self, off: Tensor) -> Tensor:
        squares = off.square().flatten(1)
        return squares.mean(1) if self.reduction == "mean" else squares.sum(1) / (2 * off.shape[1])
