"""Models with one fault each, the checks meant for it, and what their author reads."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import bench
from tests.plugins.fault import Fault


class Perceptron(nn.Module):
    """A sound model, with places for faults."""

    def __init__(self, shape, width=12):
        super().__init__()
        self.first = nn.Linear(shape["in_channels"] * shape["image_size"] ** 2, width)
        self.last = nn.Linear(width, shape["num_classes"])

    def hidden(self, x):
        return functional.relu(self.first(x.flatten(1)))

    def forward(self, x):
        return self.last(self.hidden(x))


def model(build):
    return bench.Model(name="x", summary="A model.", build=build)


def forward(change):
    """The perceptron with its outputs changed by `change(self, x, logits)`."""

    class Changed(Perceptron):
        def forward(self, x):
            return change(self, x, super().forward(x))

    return model(Changed)


class Deaf(Perceptron):
    """Has a layer that its forward pass never uses."""

    def __init__(self, shape):
        super().__init__(shape)
        self.unused = nn.Linear(5, 4)


class ImageStem(nn.Module):
    """A 7x7 window on features of 2x2: most of it sees padding alone, as in ImageNet stems."""

    def __init__(self, shape):
        super().__init__()
        self.first = nn.Conv2d(shape["in_channels"], 6, 3, padding=1)
        self.conv = nn.Conv2d(6, 6, 7, padding=3)
        self.last = nn.Linear(6, shape["num_classes"])

    def forward(self, x):
        x = functional.adaptive_avg_pool2d(functional.relu(self.first(x)), 2)
        return self.last(functional.relu(self.conv(x)).mean((2, 3)))


class Remembering(Perceptron):
    """Keeps running statistics in eval mode too."""

    def __init__(self, shape):
        super().__init__(shape)
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x):
        self.seen += 1
        return super().forward(x)


class Unlucky(Perceptron):
    """Draws a buffer without a seed, which its state then lacks."""

    def __init__(self, shape):
        super().__init__(shape)
        self.register_buffer("shift", torch.rand(()), persistent=False)

    def forward(self, x):
        return super().forward(x) + self.shift


class Clinging(Perceptron):
    """Deep copies share its weights."""

    def __deepcopy__(self, memo):
        twin = Perceptron.__new__(type(self))
        twin.__dict__ = {**self.__dict__}
        return twin


def _unseeded(params):
    network = Perceptron(params)
    nn.init.constant_(network.first.bias, float(np.random.default_rng().random()))
    return network


def _constant(params):
    network = Perceptron(params)
    for number, parameter in enumerate(network.parameters()):
        values = torch.linspace(-0.1, 0.1 + number, parameter.numel()).view(parameter.shape)
        parameter.data.copy_(values)
    return network


def _only_output(params):
    return nn.Sequential(
        nn.Flatten(), nn.Linear(params["in_channels"] * params["image_size"] ** 2, params["num_classes"])
    )


def _frozen(params):
    network = Perceptron(params)
    network.last.bias.requires_grad_(requires_grad=False)
    return network


def _picky(params):
    raise ValueError("images of 31x31 only")


class _Double(Perceptron):
    def __init__(self, shape):
        super().__init__(shape)
        self.first.bias = nn.Parameter(self.first.bias.double())

    def hidden(self, x):
        return functional.relu(functional.linear(x.flatten(1), self.first.weight, self.first.bias.float()))


FAULTS = (
    Fault("takes no usual image", model(_picky), ("takes-some-image",), "it takes no input of"),
    Fault(
        "ignores num_classes",
        model(lambda params: Perceptron({**params, "num_classes": 10})),
        ("gives-one-output-a-class",),
        "for 7 classes its output is (3, 10), not (3, 7)",
    ),
    Fault(
        "is double precision",
        model(_Double),
        ("starts-with-finite-single-precision",),
        "is torch.float64, not float32",
    ),
    Fault(
        "builds without a seed", model(_unseeded), ("builds-the-same-under-a-seed",), "differ in first.bias"
    ),
    Fault(
        "is not deterministic",
        forward(lambda self, x, logits: logits + torch.from_numpy(np.random.default_rng().random(1)).float()),
        ("repeats-itself-in-evaluation",),
        "one input gave two outputs",
    ),
    Fault(
        "draws in eval mode",
        forward(lambda self, x, logits: logits + 0 * torch.rand(1)),
        ("evaluation-changes-nothing",),
        "drew from a global random generator",
    ),
    Fault(
        "edits itself in eval mode",
        model(Remembering),
        ("evaluation-changes-nothing",),
        "edited the model: seen",
    ),
    Fault(
        "mixes examples of a batch",
        forward(lambda self, x, logits: logits - logits.mean(0)),
        ("treats-each-example-alone",),
        "with the batch that surrounds them",
    ),
    Fault(
        "ignores the seed", model(_constant), ("differs-between-seeds",), "two seeds gave the same network"
    ),
    Fault(
        "has nothing to prune",
        model(_only_output),
        ("has-layers-to-prune",),
        "no Linear or convolution layer but the last",
    ),
    Fault(
        "ends in a softmax",
        forward(lambda self, x, logits: logits.softmax(1)),
        ("gives-logits",),
        "those of a softmax",
    ),
    Fault(
        "ends in a log-softmax",
        forward(lambda self, x, logits: logits.log_softmax(1)),
        ("gives-logits",),
        "those of a log-softmax",
    ),
    Fault(
        "has a layer that is never used", model(Deaf), ("has-no-dead-weights",), "20 of 20 weights of unused"
    ),
    Fault(
        "has weights out of reach",
        model(ImageStem),
        ("has-no-dead-weights",),
        "weights of conv get no gradient from images of 32x32",
    ),
    Fault("is partly frozen", model(_frozen), ("trains",), "last.bias is not trainable"),
    Fault(
        "keeps part of itself out of its state", model(Unlucky), ("restores-from-a-state",), "does otherwise"
    ),
    Fault(
        "cannot be copied", model(Clinging), ("can-be-copied",), "editing a deep copy changed the original"
    ),
)
SOUND = (model(Perceptron),)
