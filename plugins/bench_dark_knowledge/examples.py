"""Examples as networks see them, and what networks answer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import bench

_AT_ONCE = 1000


def normalised(inputs: Tensor, given: bench.MeasureInput) -> Tensor:
    """Raw inputs (n, …) scaled and normalised as the task says: float32, on the network's device."""
    task = given.data
    unit = 255.0 if inputs.dtype == torch.uint8 else 1.0
    shape = (1, -1, 1, 1) if inputs.ndim == 4 else (1, -1)
    mean = torch.tensor(task.mean, device=given.example.device).view(shape)
    std = torch.tensor(task.std, device=given.example.device).view(shape)
    return inputs.to(given.example.device, torch.float32).div(unit).sub(mean).div(std)


def answers(model: nn.Module, inputs: Tensor) -> Tensor:
    """The logits (n, classes) of a network in eval mode for normalised inputs (n, …)."""
    with torch.no_grad():
        return torch.cat([model(part) for part in torch.split(inputs, _AT_ONCE)])


def classification(given: bench.MeasureInput) -> None:
    """Check that the task has classes to answer; raises `bench.Unsupported` for a regression."""
    if given.data.kind == "regression":
        raise bench.Unsupported("distillation softens the answers of a classifier; this task is a regression")
