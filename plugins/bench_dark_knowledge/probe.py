"""The measure `distillation-probe`: what teaching a network by its dense parent would bring."""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor, nn

import bench
from bench_dark_knowledge.bank import Course, School, Setting, trained
from bench_dark_knowledge.examples import answers, classification, normalised

_AT_ONCE = 1000


def build(params: bench.Params) -> bench.MeasureFunction:
    """The measure, for a grid of temperatures and shares and the last layers' course."""

    def measure(given: bench.MeasureInput) -> bench.Measured:
        classification(given)
        with torch.no_grad():
            return _probed(given, params)

    return measure


def _probed(given: bench.MeasureInput, params: bench.Params) -> bench.Measured:
    last = _last_layer(given)
    train, test = (normalised(split.inputs, given) for split in (given.data.train, given.data.test))
    seen, asked = (_features(given.final, last, inputs) for inputs in (train, test))
    mean, deviation = seen.mean(0), seen.std(0).clamp_min(1e-6)
    device = seen.device
    logits = given.once("teacher", lambda: answers(given.dense, train).double())
    soft = {one: torch.softmax(logits / one, 1).float() for one in params["temperatures"]}
    school = School((seen - mean) / deviation, given.data.train.targets.to(device), soft, logits.shape[1])
    grid = list(product(params["temperatures"], params["shares"]))
    compensated = params["form"] == "compensated"
    settings = [Setting(1.0, 0.0), *(Setting(one, share, compensated) for one, share in grid)]
    course = Course(params["steps"], params["batch_size"], params["lr"])
    layers = trained(school, settings, range(params["students"]), (), course)
    right = layers.predictions((asked - mean) / deviation) == given.data.test.targets.to(device)
    accuracy = right.double().view(params["students"], len(settings), -1).mean((0, 2)).tolist()
    evaluation = given.evaluate(given.final)
    final = evaluation.correct / evaluation.count
    chance = 1 / given.data.num_classes
    ratios = [(one - chance) / (accuracy[0] - chance) if accuracy[0] != chance else 1.0 for one in accuracy]
    gains = [(ratio - 1) * (final - chance) for ratio in ratios[1:]]
    return bench.Measured(
        {"probe_accuracy_hard": accuracy[0], "probe_gain": gains[0]},
        curves={
            "probe_temperatures": [temperature for temperature, _ in grid],
            "probe_shares": [share for _, share in grid],
            "probe_gains": gains,
        },
    )


def _last_layer(given: bench.MeasureInput) -> str:
    """The name of the layer that gives the logits: the last linear one.

    Raises:
        Unsupported: where there is none.
    """
    linear = [name for name, module in given.final.named_modules() if isinstance(module, nn.Linear)]
    if not linear:
        raise bench.Unsupported("no linear layer gives the logits")
    return str(linear[-1])


def _features(model: nn.Module, last: str, inputs: Tensor) -> Tensor:
    """What reaches the layer `last`, shape (n, units), for normalised inputs (n, …)."""
    found: list[Tensor] = []

    def keep(_module: nn.Module, seen: tuple[Tensor, ...]) -> None:
        found.append(seen[0].detach())

    hook = model.get_submodule(last).register_forward_pre_hook(keep)
    try:
        for part in torch.split(inputs, _AT_ONCE):
            model(part)
    finally:
        hook.remove()
    return torch.cat(found).flatten(1)
