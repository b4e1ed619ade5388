"""Objectives with one fault each, the checks meant for it, and what their author reads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional

import bench
from tests.plugins.fault import Fault


def objective(compute, **fields):
    return bench.Objective(name="x", summary="An objective.", build=lambda _: compute, **fields)


def entropy(step, **more):
    if step.kind == "regression":
        return functional.mse_loss(step.outputs, step.targets)
    return functional.cross_entropy(step.outputs, step.targets, **more)


def l2(step):
    return sum(parameter.square().sum() for parameter in step.model.parameters())


def _editing(step):
    with torch.no_grad():
        for parameter in step.model.parameters():
            parameter.mul_(0.999)
    return entropy(step)


def _switching_mode(step):
    step.model.eval()
    return entropy(step)


def _naive(step):
    """Cross-entropy without the trick of log-sum-exp."""
    if step.kind == "regression":
        return functional.mse_loss(step.outputs, step.targets)
    return (
        -(step.outputs.exp() / step.outputs.exp().sum(1, keepdim=True))
        .gather(1, step.targets[:, None])
        .log()
        .mean()
    )


def _classes_only(step):
    return functional.cross_entropy(
        step.outputs,
        step.targets.long().view(len(step.targets), -1)[:, 0]
        if step.kind == "classification"
        else step.targets.long(),
    )


def _taught(step):
    return entropy(step) + functional.mse_loss(step.outputs, step.teacher(step.inputs))


class Banked:
    """Cross-entropy with `rows`, which are a mean over too much where `wrong` says so."""

    def __init__(self, wrong=""):
        self.wrong = wrong

    def __call__(self, step):
        return entropy(step)

    def rows(self, step):
        losses = entropy(replace_shape(step), reduction="none").view(step.targets.shape)
        if self.wrong == "shape":
            return losses
        if self.wrong == "gradient":
            return losses.mean(1).detach() + 0 * losses.mean(1)
        return losses.mean().expand(len(losses)) if self.wrong == "value" else losses.mean(1)


class Steep(Banked):
    """That, with `slopes` which forget that the rows are means over examples."""

    def slopes(self, step):
        right = functional.one_hot(step.targets.long(), step.outputs.shape[-1])
        if step.kind == "regression":
            return None
        return self.rows(step), step.outputs.softmax(-1) - right


def replace_shape(step):
    """The step of a bank as that of one network with all the examples."""
    return replace(step, outputs=step.outputs.flatten(0, 1), targets=step.targets.flatten(0, 1))


FAULTS = (
    Fault(
        "has rows of examples",
        objective(Banked("shape")),
        ("treats-banks-like-networks",),
        "rows of 3 networks are no tensor of shape (3,)",
    ),
    Fault(
        "mixes the networks of a bank",
        objective(Banked("value")),
        ("treats-banks-like-networks",),
        "rows differ from calls",
    ),
    Fault(
        "has rows without a gradient",
        objective(Banked("gradient")),
        ("treats-banks-like-networks",),
        "the gradients of rows differ",
    ),
    Fault(
        "has too steep slopes",
        objective(Steep()),
        ("has-the-slopes-of-its-rows",),
        "for classification the gradients of slopes are not those of rows",
    ),
    Fault(
        "returns a number",
        objective(lambda step: float(entropy(step).detach())),
        ("gives-a-scalar",),
        "it returned float, not a tensor",
    ),
    Fault(
        "is no scalar",
        objective(lambda step: (step.outputs**2).mean(1)),
        ("gives-a-scalar",),
        "it returned shape (12,), not a scalar",
    ),
    Fault(
        "has no gradient",
        objective(lambda step: entropy(step).detach()),
        ("has-a-gradient",),
        "its value has no gradient",
    ),
    Fault(
        "has a gradient of NaN",
        objective(lambda step: entropy(step) + (step.outputs - step.outputs.detach()).square().sum().sqrt()),
        ("has-a-gradient",),
        "its gradient is not finite",
    ),
    Fault(
        "draws without a seed",
        objective(lambda step: entropy(step) * float(np.random.default_rng().random())),
        ("repeats-under-a-seed",),
        "one step had two values",
    ),
    Fault("edits the model", objective(_editing), ("leaves-the-model-alone",), "it edited the model"),
    Fault(
        "switches the mode", objective(_switching_mode), ("leaves-the-model-alone",), "it switched the mode"
    ),
    Fault(
        "overflows for sure outputs", objective(_naive), ("is-finite",), "not finite for outputs of 10,000"
    ),
    Fault(
        "grows as the network learns",
        objective(lambda step: -entropy(step) if step.kind == "classification" else entropy(step)),
        ("prefers-right-answers",),
        "right outputs cost",
    ),
    Fault(
        "is a sum over the batch",
        objective(
            lambda step: entropy(step, reduction="sum") if step.kind == "classification" else entropy(step)
        ),
        ("does-not-grow-with-the-batch",),
        "repeated three times",
    ),
    Fault("breaks on regression", objective(_classes_only), ("treats-regression",), "it raised RuntimeError"),
    Fault(
        "has a gradient against itself",
        objective(lambda step: l2(step).detach() * 2 - l2(step), role="penalty"),
        ("can-be-minimised",),
        "ten steps of gradient descent took it from",
    ),
    Fault(
        "asks a teacher without saying so",
        objective(_taught),
        ("declares-its-teacher",),
        "it raised TypeError: 'NoneType' object is not callable",
    ),
)
SOUND = (
    objective(entropy),
    objective(Banked()),
    objective(l2, role="penalty"),
    bench.Objective(name="taught", summary="An objective.", build=lambda _: _taught, needs_teacher=True),
)
