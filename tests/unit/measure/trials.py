"""Trials for measures to read, made without running any."""

from __future__ import annotations

import copy

import torch

from bench.engine.prunable import prunable_layers
from bench.engine.pruned import Pruned, apply_pruning
from bench.registry.contracts import Evaluation, MeasureInput, Split, TaskData


def task_of(kind="classification", num_classes=10):
    none = Split(torch.zeros(1, 1), torch.zeros(1))
    return TaskData(none, none, kind, num_classes=num_classes, in_channels=1, image_size=8)


def trial_of(model, example, masks=None, values=None):
    """The three states of a network that is pruned by `masks` and `values` and not trained further."""
    dense = copy.deepcopy(model).eval()
    layers = prunable_layers(dense, include_output=True)
    masks = masks or {}
    full = {
        name: masks.get(name, torch.ones_like(layer.weight, dtype=torch.bool))
        for name, layer in layers.items()
    }
    pruned = copy.deepcopy(dense)
    apply_pruning(pruned, Pruned(full, {f"{name}.weight": value for name, value in (values or {}).items()}))
    return MeasureInput(
        dense=dense,
        pruned=pruned,
        final=copy.deepcopy(pruned),
        layers=layers,
        masks=full,
        evaluate=lambda _: Evaluation(4, 3, 4, 0.5, 0.25),
        example=example,
        data=task_of(),
        validate=lambda _: Evaluation(8, 6, 8, 0.25, 0.125),
    )


def masked_at_random(model, example, share, seed=0):
    """A trial whose weights are kept with probability 1 - `share` each."""
    generator = torch.Generator().manual_seed(seed)
    layers = prunable_layers(model, include_output=True)
    masks = {
        name: torch.rand(layer.weight.shape, generator=generator) >= share for name, layer in layers.items()
    }
    return trial_of(model, example, masks)
