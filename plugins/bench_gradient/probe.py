"""A plain copy of the network that may be differentiated, and gradients of its loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bench import PruneInput, plain_copy

_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
Batch = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Probe:
    """A copy of the network and the weights to rank, by layer; what happens to it stays with it."""

    model: nn.Module
    weights: Mapping[str, Tensor]

    @classmethod
    def of(cls, given: PruneInput, batch_norm: str = "stored") -> Probe:
        """A copy in eval mode; with "batch", batch normalisation alone is in train mode."""
        model = plain_copy(given.model).eval()
        for module in model.modules():
            if isinstance(module, _NORMS):
                module.train(batch_norm == "batch")
        weights = {name: model.get_parameter(f"{name}.weight") for name in given.layers}
        for weight in weights.values():
            weight.requires_grad_(True)
        return cls(model, weights)

    def gradients(self, loss: Tensor, *, create_graph: bool = False) -> list[Tensor]:
        """The loss's gradient by each weight, zero where it does not depend on it."""
        with torch.enable_grad():
            return list(
                torch.autograd.grad(
                    loss,
                    list(self.weights.values()),
                    create_graph=create_graph,
                    allow_unused=True,
                    materialize_grads=True,
                )
            )

    def by_layer(self, scores: Sequence[Tensor]) -> dict[str, Tensor]:
        """Scores in the order of the weights, as a pruner returns them."""
        return {name: score.detach() for name, score in zip(self.weights, scores, strict=True)}


def batches(given: PruneInput, size: int, count: int) -> Iterator[Batch]:
    """At most `count` batches of at most `size` different training examples."""
    inputs, targets = given.batch(size * count)
    yield from zip(torch.split(inputs, size), torch.split(targets, size), strict=True)
