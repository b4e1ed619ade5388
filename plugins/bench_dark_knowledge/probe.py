"""The measure `distillation-probe`: what teaching a network by its dense parent would bring."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import torch
from torch import Tensor, nn

import bench
from bench_dark_knowledge.bank import Course, School, Setting, trained
from bench_dark_knowledge.classroom import halves
from bench_dark_knowledge.examples import answers, classification, normalised
from bench_dark_knowledge.identities import teacher_trace
from bench_dark_knowledge.predictors import eq11

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
    device = train.device
    held, rest = (places.to(device) for places in halves(given.data.test.targets))
    seen, asked = (_features(given.final, last, inputs) for inputs in (train, test[held]))
    mean, deviation = seen.mean(0), seen.std(0).clamp_min(1e-6)
    logits = given.once("teacher", lambda: answers(given.dense, train).double())
    soft = {one: torch.softmax(logits / one, 1).float() for one in params["temperatures"]}
    school = School((seen - mean) / deviation, given.data.train.targets.to(device), soft, logits.shape[1])
    grid = list(product(params["temperatures"], params["shares"]))
    compensated = params["form"] == "compensated"
    settings = [Setting(1.0, 0.0), *(Setting(one, share, compensated) for one, share in grid)]
    course = Course(params["steps"], params["batch_size"], params["lr"])
    layers = trained(school, settings, range(params["students"]), (), course)
    targets = given.data.test.targets.to(device)
    right = layers.predictions((asked - mean) / deviation) == targets[held]
    accuracy = right.double().view(params["students"], len(settings), -1).mean((0, 2)).tolist()
    answered = answers(given.final, test).argmax(1)
    own, final = (float((answered[part] == targets[part]).double().mean()) for part in (held, rest))
    chance = 1 / given.data.num_classes
    parent = given.once("held teacher", lambda: answers(given.dense, test[held]))
    traces = {one: teacher_trace(parent, answered[None, held], one) for one in params["temperatures"]}
    ratios = [_over(one - chance, accuracy[0] - chance) for one in accuracy[1:]]
    stated = [_over(traces[one], own - chance) for one, _ in grid]
    shares = [share for _, share in grid]
    gains = _gains(ratios, final - chance)
    return bench.Measured(
        {
            "probe_accuracy_hard": accuracy[0],
            "probe_gain": gains[0],
            "probe_held_accuracy": own,
            "probe_test_accuracy": final,
            "probe_chance": chance,
        },
        curves={
            "probe_temperatures": [temperature for temperature, _ in grid],
            "probe_shares": shares,
            "probe_gains": gains,
            "eq11_gains": _gains(
                [
                    None if one is None else float(eq11(share, one))
                    for share, one in zip(shares, stated, strict=True)
                ],
                final - chance,
            ),
        },
    )


def _over(one: float, other: float) -> float | None:
    """A ratio to what is above chance; None where nothing is."""
    return one / other if other > 0 else None


def _gains(ratios: Sequence[float | None], above: float) -> list[float | None]:
    """What ratios of accuracy above chance come to."""
    return [None if ratio is None else (ratio - 1) * above for ratio in ratios]


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
