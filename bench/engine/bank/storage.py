"""The parameters of K networks in one matrix, a row a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

LANES = 64  # rows are padded to whole vectors, so that no element's arithmetic depends on its row


class Storage:
    """The parameters, gradients and masks of K networks of one structure, each of shape (K, size).

    `frozen` names the parameters that are not trained. Until `release` the networks' own parameters are
    views of their row: they can be looked at, evaluated and traced between two steps as if they trained
    alone.
    """

    def __init__(self, models: Sequence[nn.Module], masks: Sequence[Mapping[str, Tensor]]) -> None:
        self._models = models
        first = dict(models[0].named_parameters())
        self.frozen = frozenset(name for name, p in first.items() if not p.requires_grad)
        self._places: dict[str, tuple[int, torch.Size]] = {}
        size = 0
        for name, parameter in first.items():
            self._places[name] = (size, parameter.shape)
            size += parameter.numel()
        size = -(-size // LANES) * LANES
        device = next(iter(first.values())).device
        self.values = torch.zeros(len(models), size, device=device)
        self.gradients = torch.zeros_like(self.values)
        self.mask = torch.ones_like(self.values) if any(masks) else None
        self.by_name = self._views(self.values)
        self.gradient_of = self._views(self.gradients)
        self._adopt(masks)

    def spread(self, of: Callable[[str, torch.Size], float]) -> Tensor:
        """A number for each element, given by the name and shape of its parameter; shape (size,)."""
        found = torch.zeros_like(self.values[0])
        for name, (start, shape) in self._places.items():
            found[start : start + shape.numel()] = of(name, shape)
        return found

    def release(self) -> None:
        """Give every network its parameters back, as tensors of their own."""
        for model in self._models:
            for parameter in model.parameters():
                parameter.data = parameter.data.clone()

    def _views(self, matrix: Tensor) -> dict[str, Tensor]:
        return {
            name: matrix[:, start : start + shape.numel()].view(len(matrix), *shape)
            for name, (start, shape) in self._places.items()
        }

    def _adopt(self, masks: Sequence[Mapping[str, Tensor]]) -> None:
        holds = self._views(self.mask) if self.mask is not None else {}
        for row, (model, mask) in enumerate(zip(self._models, masks, strict=True)):
            for name, parameter in model.named_parameters():
                self.by_name[name][row].copy_(parameter.data)
                parameter.data = self.by_name[name][row]
            for name, held in mask.items():
                holds[name][row].copy_(held)
