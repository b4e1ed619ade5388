"""Evaluation over a whole split: correct over total, never a mean of batch means."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from bench.engine.data import DeviceData
from bench.registry.contracts import Evaluation, Split

BATCH = 512


@torch.no_grad()
def evaluate(model: nn.Module, data: DeviceData, split: Split | None = None) -> Evaluation:
    """Run the test split, or another `split` of `data`, through `model` in eval mode.

    The loss is the mean cross-entropy, or the mean squared error for regression; ties in top-5 go to
    the lower class. One transfer to the host at the end.
    """
    split = split or data.test
    was_training = model.training
    model.eval()
    classification = data.task.kind == "classification"
    totals = torch.zeros(4, dtype=torch.float64, device=split.targets.device)
    for start in range(0, len(split), BATCH):
        targets = split.targets[start : start + BATCH]
        outputs = model(data.normalise(split.inputs[start : start + BATCH])).float()
        totals += _classified(outputs, targets) if classification else _regressed(outputs, targets)
    model.train(was_training)
    correct, top5, loss, squared = totals.tolist()
    count = len(split)
    return Evaluation(count, int(correct), int(top5), loss / count, squared / count)


def _classified(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    loss = functional.cross_entropy(outputs, targets, reduction="sum").double()
    correct = (outputs.argmax(1) == targets).sum()
    top5 = (outputs.topk(min(5, outputs.shape[1]), 1).indices == targets[:, None]).any(1).sum()
    return torch.stack([correct.double(), top5.double(), loss, torch.zeros_like(loss)])


def _regressed(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    squared = (outputs.view(targets.shape) - targets).double().pow(2).flatten(1).mean(1).sum()
    none = torch.zeros_like(squared)
    return torch.stack([none, none, squared, squared])
