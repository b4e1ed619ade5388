"""Small data, networks and trainings, in banks and alone."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from bench.engine.bank.chain import chain_of
from bench.engine.bank.training import train_bank
from bench.engine.data import DeviceData
from bench.engine.objectives import StageLoss
from bench.engine.requests import Training
from bench.engine.train import Course, train
from bench.registry.contracts import Split, TaskData
from bench.suite.recipe import StageRecipe


def data_of(inputs, classes, count=37, seed=0):
    """Random points, with labels, or with a number each where there is one class."""
    generator = torch.Generator().manual_seed(seed)
    points = torch.randn(count, inputs, generator=generator)
    kind = "classification" if classes > 1 else "regression"
    targets = torch.randint(classes, (count,), generator=generator) if classes > 1 else points[:, :1].sin()
    split = Split(points, targets)
    return DeviceData.place(TaskData(split, split, kind, classes, inputs, 1), torch.device("cpu"))


def perceptron(widths, seed, *, bias=True):
    torch.manual_seed(seed)
    layers = [nn.Flatten()]
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after, bias=bias), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def masks_of(model, share, seed):
    generator = torch.Generator().manual_seed(seed)
    masks = {
        name: torch.rand(p.shape, generator=generator) >= share
        for name, p in model.named_parameters()
        if name.endswith("weight")
    }
    with torch.no_grad():
        for name, mask in masks.items():
            model.get_parameter(name).mul_(mask)
    return masks


def training_of(catalog, model, data, seed, masks=None, **keys):
    recipe = StageRecipe(**{"epochs": 3, "batch_size": 8, "lr": 0.05} | keys)
    loss = StageLoss(recipe, catalog)
    return Training(model, data, Course(recipe, loss, seed, lambda _: None), masks or {})


def copies(trainings):
    return [training.twin() for training in trainings]


def banked(trainings):
    """The networks of copies of `trainings`, trained as one bank."""
    own = copies(trainings)
    chain = chain_of(own[0].model)
    assert chain is not None
    assert train_bank(own, chain) == [None] * len(own)
    return [training.model for training in own]


def alone(trainings):
    own = copies(trainings)
    for training in own:
        train(training.model, training.data, training.course, training.masks)
    return [training.model for training in own]


def same_bits(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def close(one, other, tolerance=1e-5):
    return all(
        torch.allclose(a, b, rtol=tolerance, atol=tolerance)
        for a, b in zip(one.parameters(), other.parameters(), strict=True)
    )
