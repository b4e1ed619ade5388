"""How well a pruned network does once its batch normalisation has seen the training data again."""

from __future__ import annotations

import copy

import torch
from torch import Generator, Tensor, nn

from bench.errors import Unsupported
from bench.measure.layers import Numbers
from bench.registry.contracts import Measured, MeasureInput, TaskData
from bench.structure.norms import BATCH_NORMS

SEED = 0


def bn_accuracy(given: MeasureInput, batches: int = 20, batch_size: int = 128) -> Measured:
    """Accuracy on the test split after re-estimating BN's running statistics, right after pruning and final.

    Pruning shifts what normalisations see, so that those of the dense network mislead: at high sparsity
    a pruned network is then at chance, whatever it can do. The statistics are the plain average over
    batches of training data without augmentation, the same batches for every network, in training mode;
    no weight changes. Batches that do not fit into the training split are left out.

    Args:
        given: the trial.
        batches: how many, at most.
        batch_size: examples in each.

    Raises:
        Unsupported: for a network without batch normalisation, or for regression.
    """
    if given.data.kind != "classification":
        raise Unsupported("accuracy is of classification")
    if not any(isinstance(module, BATCH_NORMS) for module in given.dense.modules()):
        raise Unsupported("the model has no batch normalisation")
    inputs = _inputs(given, batches, batch_size)
    metrics: Numbers = {"bn_accuracy_pruned": _accuracy(given, given.pruned, inputs)}
    same = given.final is given.pruned
    metrics["bn_accuracy"] = metrics["bn_accuracy_pruned"] if same else _accuracy(given, given.final, inputs)
    return Measured(metrics)


def _inputs(given: MeasureInput, batches: int, batch_size: int) -> list[Tensor]:
    """Batches of training examples, drawn once and for all, as the model sees them."""
    train = given.data.train.inputs
    order = torch.randperm(len(train), generator=Generator().manual_seed(SEED))
    size = min(batch_size, len(train))
    chosen = [order[start : start + size] for start in range(0, len(train) - size + 1, size)][:batches]
    device = given.example.device
    return [_normalised(train[part.to(train.device)].to(device), given.data) for part in chosen]


def _normalised(inputs: Tensor, data: TaskData) -> Tensor:
    shape = (1, -1, 1, 1) if inputs.ndim == 4 else (1, -1)
    mean, std = (torch.tensor(values, device=inputs.device).view(shape) for values in (data.mean, data.std))
    unit = 255.0 if inputs.dtype == torch.uint8 else 1.0
    return (inputs.float() / unit - mean) / std


def _accuracy(given: MeasureInput, model: nn.Module, inputs: list[Tensor]) -> float:
    found = given.evaluate(reestimated(model, inputs))
    return found.correct / found.count


@torch.no_grad()
def reestimated(model: nn.Module, inputs: list[Tensor]) -> nn.Module:
    """A copy of `model` whose BN statistics are the plain average over the batches `inputs`."""
    model = copy.deepcopy(model)
    norms = [module for module in model.modules() if isinstance(module, BATCH_NORMS)]
    momenta = [norm.momentum for norm in norms]
    model.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    for batch in inputs:
        model(batch)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    return model.eval()
