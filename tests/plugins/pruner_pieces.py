"""Scorers and sparsifiers, sound and faulty, from which the faulty pruners are made."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

import bench
from bench.structure import prunable_modules

CALLS = []


def magnitude(given):
    return {name: layer.weight.abs() for name, layer in given.layers.items()}


def exact(given, keep, rescale=1.0):
    """A sound sparsifier: magnitude by layer, ties by index."""
    kept = {}
    for name, layer in given.layers.items():
        order = layer.weight.abs().flatten().argsort(descending=True, stable=True)
        mask = torch.zeros(layer.weight.numel(), dtype=torch.bool)
        mask[order[: keep[name]]] = True
        mask = mask.view(layer.weight.shape)
        kept[name] = bench.Sparsified(mask, layer.weight * mask * rescale)
    return kept


def scorer(score, **fields):
    return bench.Pruner(name="x", summary="A pruner.", build=lambda _: score, **fields)


def sparsifier(sparsify, nested=False, **fields):
    fields = {"mode": "sparsify", "nested": nested, **fields}
    return bench.Pruner(name="x", summary="A pruner.", build=lambda _: sparsify, **fields)


def after(act):
    """Magnitude scores, after `act` on the input."""

    def score(given):
        act(given)
        return magnitude(given)

    return scorer(score)


def each(change):
    """Magnitude scores, each changed."""
    return scorer(lambda given: {name: change(score) for name, score in magnitude(given).items()})


def masked(change):
    """A sound sparsifier, each of its results changed."""
    return sparsifier(lambda given, keep: {name: change(part) for name, part in exact(given, keep).items()})


def raising(given):
    raise ZeroDivisionError("division by zero")


def only(kind):
    def score(given):
        for layer in given.layers.values():
            if kind(layer):
                raise ValueError(f"cannot treat {tuple(layer.weight.shape)}")
        return magnitude(given)

    return scorer(score)


def hidden_draw(given):
    state = torch.random.get_rng_state()
    drawn = {name: torch.rand(layer.weight.shape) for name, layer in given.layers.items()}
    torch.random.set_rng_state(state)
    return drawn


def counting(_):
    calls = []

    def score(given):
        calls.append(1)
        return {name: weight * len(calls) for name, weight in magnitude(given).items()}

    return score


def hoarding(given):
    CALLS.append(given.model)
    return magnitude(given)


def all_modules(given):
    return {name: module.weight.detach().abs() for name, module in prunable_modules(given.model).items()}


def by_attribute(given):
    parameters = dict(given.model.named_parameters())
    return {name: parameters[f"{name}.weight"].detach().abs() for name in given.layers}


def seeded_small(given):
    rng = np.random.RandomState(given.generator.initial_seed())
    return {name: torch.from_numpy(rng.rand(*layer.weight.shape)) for name, layer in given.layers.items()}


def shuffled(given, keep):
    kept = {}
    for name, layer in given.layers.items():
        generator = torch.Generator().manual_seed(keep[name])
        mask = torch.zeros(layer.weight.numel(), dtype=torch.bool)
        mask[torch.randperm(len(mask), generator=generator)[: keep[name]]] = True
        kept[name] = bench.Sparsified(mask.view(layer.weight.shape))
    return kept


def thresholded(given, keep):
    """What a peer does: a threshold, with `>`, which ties make too sparse."""
    kept = {}
    for name, layer in given.layers.items():
        size = layer.weight.abs().flatten()
        cut = size.sort(descending=True).values
        mask = size > cut[keep[name]] if keep[name] < len(size) else torch.ones_like(size, dtype=torch.bool)
        kept[name] = bench.Sparsified(
            mask.view(layer.weight.shape), layer.weight * mask.view(layer.weight.shape)
        )
    return kept


def deaf(given):
    return {name: torch.nan_to_num(score) for name, score in magnitude(given).items()}


def dividing(given):
    return {name: score / score.max() for name, score in magnitude(given).items()}


def choosing(params):
    if params["order"] == "down":
        raise KeyError("down")
    return magnitude


def tenths(given, keep):
    """Keeps shares of whole tenths, unless it is told nearly that."""
    sizes = {name: layer.weight.numel() for name, layer in given.layers.items()}
    shares = {name: round(count / sizes[name], 1) for name, count in keep.items()}
    rounded = {
        name: count if abs(count / sizes[name] - shares[name]) < 0.03 else round(shares[name] * sizes[name])
        for name, count in keep.items()
    }
    return exact(given, rounded)


def twice(given):
    """Scores every layer whose weight is among those given: a shared one under both its names."""
    weights = {
        name: module.weight
        for name, module in given.model.named_modules()
        if isinstance(module, nn.Linear | nn.Conv2d)
    }
    wanted = {id(weights[name]) for name in given.layers}
    return {name: weight.detach().abs() for name, weight in weights.items() if id(weight) in wanted}


def two_layers(given):
    """Magnitude for at least two layers."""
    _first, _second, *_ = given.layers
    return magnitude(given)
