"""The supervised losses, of one network and of a bank."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

import bench


@dataclass(frozen=True)
class Supervised:
    """Cross-entropy for classification, mean squared error for regression."""

    label_smoothing: float

    def __call__(self, step: bench.ObjectiveInput) -> Tensor:
        """Return the mean over the batch."""
        if step.kind == "regression":
            return functional.mse_loss(step.outputs.view(step.targets.shape), step.targets)
        return functional.cross_entropy(step.outputs, step.targets, label_smoothing=self.label_smoothing)

    def rows(self, step: bench.BankStep) -> Tensor:
        """Return each network's mean over its batch."""
        if step.kind == "regression":
            off = step.outputs.view(step.targets.shape) - step.targets
            return off.square().flatten(1).mean(1)
        losses = functional.cross_entropy(
            step.outputs.transpose(1, 2),  # classes in the middle: a third of the time that they take last
            step.targets,
            reduction="none",
            label_smoothing=self.label_smoothing,
        )
        return losses.mean(1)
