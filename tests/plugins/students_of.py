"""Students made by hand beside teachers made by hand, with what measures and traces are given of them."""

from __future__ import annotations

import torch
from torch import nn

import bench
from bench.engine.data import DeviceData
from bench.engine.evaluate import evaluate
from bench.engine.prunable import prunable_layers


def chain(*weights):
    """Linear layers of those weights (out, in), without biases, with ReLU between them."""
    parts = []
    for weight in weights:
        linear = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
        linear.weight = nn.Parameter(weight.clone())
        parts += [linear, nn.ReLU()]
    return nn.Sequential(*parts[:-1]).eval()


def hidden_of(model, inputs):
    """What the ReLUs of a chain put out."""
    found = []
    for part in model:
        inputs = part(inputs)
        if isinstance(part, nn.ReLU):
            found.append(inputs.detach())
    return found


def taught_by(teacher, examples=1500, seed=0):
    """Regression onto the chain `teacher`, whose hidden activations the task tells."""
    generator = torch.Generator().manual_seed(seed)
    width = teacher[0].weight.shape[1]
    train, test = (
        bench.Split(inputs, teacher(inputs).detach())
        for inputs in (torch.randn(count, width, generator=generator) for count in (10, examples))
    )
    shape = (len(teacher[-1].weight), width, 1)
    return bench.TaskData(train, test, "regression", *shape, teacher=lambda x: hidden_of(teacher, x))


def placed(data):
    return DeviceData.place(data, torch.device("cpu"))


def seen(model, data, scores=None):
    """What a measure is given of a student that is not pruned."""
    given = placed(data)
    return bench.MeasureInput(
        dense=model,
        pruned=model,
        final=model,
        layers=prunable_layers(model, include_output=True),
        masks={},
        evaluate=lambda network: evaluate(network, given),
        example=given.example(),
        data=given.task,
        batches=given.test_batches,
        scores=scores,
    )


def traced(model, data):
    """What a trace is given of a student."""
    given = placed(data)
    return bench.TraceInput(
        model, prunable_layers(model, include_output=True), given.task, given.test_batches
    )
