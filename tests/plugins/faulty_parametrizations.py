"""Parametrizations with one fault each, the checks meant for it, and what their author reads."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import weight_norm

import bench
from tests.plugins.fault import Fault

LAYERS = (nn.Linear, nn.Conv2d)


def layers_of(model):
    return [module for module in model.modules() if isinstance(module, LAYERS)]


def parametrization(apply):
    return bench.Parametrization(name="x", summary="A parametrization.", build=lambda _: apply)


def normed(model):
    for layer in layers_of(model):
        weight_norm(layer)


class Scaled(nn.Module):
    """A trained weight times a factor; `right_inverse` undoes what it should."""

    def __init__(self, factor=1.0, inverse=1.0):
        super().__init__()
        self.factor, self.inverse = factor, inverse

    def forward(self, weight):
        return weight * self.factor

    def right_inverse(self, weight):
        return weight * self.inverse


class Frozen(nn.Module):
    """The weight as it was, without anything to train."""

    def __init__(self, weight):
        super().__init__()
        self.register_buffer("kept", weight.detach().clone())

    def forward(self, weight):
        return self.kept + 0 * weight.detach()


class Coarse(nn.Module):
    """Rounds the weight to single precision."""

    def forward(self, weight):
        return weight.float().to(weight.dtype)


def registered(make):
    def apply(model):
        for layer in layers_of(model):
            parametrize.register_parametrization(layer, "weight", make(layer.weight), unsafe=True)

    return parametrization(apply)


def _returning(model):
    normed(model)
    return model


def _jittered(model):
    normed(model)
    with torch.no_grad():
        for layer in layers_of(model):
            layer.parametrizations.weight.original0.add_(float(np.random.default_rng().random()) * 1e-6)


def _replacing(model):
    model[0] = nn.Sequential(model[0])


def _with_extra(model):
    normed(model)
    model.register_parameter("temperature", nn.Parameter(torch.ones(())))


def _touching_norms(model):
    normed(model)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.bias.data += 1e-5


def _halved(model):
    """Sound, and says what it cannot treat: torch would halve a shared weight for both its layers."""
    layers = layers_of(model)
    if len({id(layer.weight) for layer in layers}) < len(layers):
        raise bench.Unsupported("shared weights")
    for layer in layers:
        parametrize.register_parametrization(layer, "weight", Scaled(2.0, 0.5), unsafe=True)


def _switching(model):
    normed(model)
    model.train()


def _flattened(model):
    for layer in layers_of(model):
        if layer.weight.ndim != 2:
            raise ValueError("weights are matrices")
        weight_norm(layer)


def _ungrouped(model):
    for layer in layers_of(model):
        if getattr(layer, "groups", 1) > 1:
            raise ValueError("no groups")
        weight_norm(layer)


class Steep(torch.autograd.Function):
    """The identity, with a gradient that is not finite."""

    @staticmethod
    def forward(ctx, weight):
        return weight.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient / 0 if gradient.ndim == 4 else gradient


class SteepWeights(nn.Module):
    def forward(self, weight):
        return Steep.apply(weight)


class Moody(nn.Module):
    """Folds otherwise than it computes, once it was trained."""

    def __init__(self, weight):
        super().__init__()
        self.register_buffer("start", weight.detach().clone())

    def forward(self, weight):
        trained = not torch.equal(weight, self.start)
        return weight * 1.01 if trained and not torch.is_grad_enabled() else weight * 1.0


class Difference(nn.Module):
    """Trains the difference from the start, which its state lacks."""

    def __init__(self, weight):
        super().__init__()
        self.start = weight.detach().clone()

    def forward(self, difference):
        return self.start + difference

    def right_inverse(self, weight):
        return weight - self.start


class Clinging(nn.Module):
    """A trained size that copies share."""

    def __init__(self):
        super().__init__()
        self.size = nn.Parameter(torch.ones(()))

    def forward(self, weight):
        return weight * self.size

    def __deepcopy__(self, memo):
        return self


def unshared(make):
    """As `registered`, where no weight is shared."""

    def apply(model):
        layers = layers_of(model)
        if len({id(layer.weight) for layer in layers}) < len(layers):
            raise bench.Unsupported("shared weights")
        for layer in layers:
            parametrize.register_parametrization(layer, "weight", make(layer.weight), unsafe=True)

    return parametrization(apply)


def strided(model):
    """Changes what it does to convolutions with a stride."""
    for layer in layers_of(model):
        factor = 1.0 if getattr(layer, "stride", (1, 1)) == (1, 1) else 1.5
        parametrize.register_parametrization(layer, "weight", Scaled(factor), unsafe=True)


FAULTS = (
    Fault(
        "folds otherwise once trained", registered(Moody), ("folds-what-was-trained",), "changed in folding"
    ),
    Fault(
        "keeps part of itself out of its state",
        unshared(Difference),
        ("restores-from-a-state",),
        "gave other outputs",
    ),
    Fault(
        "cannot be copied",
        registered(lambda _: Clinging()),
        ("can-be-copied",),
        "training a deep copy changed the original",
    ),
    Fault(
        "changes strided convolutions",
        parametrization(strided),
        ("keeps-convolutions",),
        "the network's output on convolutions changed",
    ),
    Fault(
        "halves a shared weight twice",
        registered(lambda _: Scaled(2.0, 0.5)),
        ("keeps-shared-weights",),
        "the output of layers that share a weight changed",
    ),
    Fault(
        "returns the model",
        parametrization(_returning),
        ("applies-to-a-small-network",),
        "it returned Sequential",
    ),
    Fault(
        "is not deterministic",
        parametrization(_jittered),
        ("repeats-under-a-seed",),
        "in two ways under one seed",
    ),
    Fault(
        "hides the layers",
        parametrization(_replacing),
        ("keeps-the-prunable-layers",),
        "the prunable layers are",
    ),
    Fault(
        "changes the function",
        registered(lambda _: Scaled(2.0)),
        ("keeps-linear-layers",),
        "the network's output on linear layers changed",
    ),
    Fault("does not fold away", parametrization(_with_extra), ("keeps-linear-layers",), "folding left"),
    Fault("leaves nothing to train", registered(Frozen), ("leaves-something-to-train",), "did not move 0"),
    Fault(
        "moves normalisations a little",
        parametrization(_touching_norms),
        ("leaves-other-parameters-alone",),
        "is not as it was",
    ),
    Fault(
        "switches to train mode",
        parametrization(_switching),
        ("leaves-other-parameters-alone", "keeps-normalised-networks"),
        "to train mode",
    ),
    Fault(
        "breaks on convolutions",
        parametrization(_flattened),
        ("folds-away-completely",),
        "weights are matrices",
    ),
    Fault(
        "breaks on grouped convolutions",
        parametrization(_ungrouped),
        ("keeps-grouped-convolutions",),
        "no groups",
    ),
    Fault(
        "computes in single precision",
        registered(lambda _: Coarse()),
        ("keeps-double-precision",),
        "which is single precision",
    ),
    Fault(
        "gives gradients that are not finite",
        registered(lambda _: SteepWeights()),
        ("lets-gradients-through",),
        "is not finite",
    ),
)
SOUND = (parametrization(normed), parametrization(_halved))
