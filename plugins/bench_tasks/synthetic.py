"""Tasks made from the trial's seed: a teacher network, and a mixture of Gaussians.

All is computed in float64 on the CPU and rounded to float32 at the end, so that machines agree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Generator, Tensor

import bench


def teacher_weights(params: bench.Params, generator: Generator) -> list[Tensor]:
    """The weights (out, in) of a teacher, first layer first, float64.

    Glorot-uniform: U(-a, a) with a = sqrt(6 / (in + out)) (Glorot and Bengio 2010, equation 16). With
    `output_ones` the last layer's are one.
    """
    widths = [params["inputs"], *params["hidden"], params["outputs"]]
    weights = []
    for fan_in, fan_out in pairwise(widths):
        bound = math.sqrt(6 / (fan_in + fan_out))
        unit = torch.rand(fan_out, fan_in, generator=generator, dtype=torch.float64)
        weights.append((2 * unit - 1) * bound)
    if params["output_ones"]:
        weights[-1] = torch.ones_like(weights[-1])
    return weights


def spread(weight: Tensor, inputs: int, generator: Generator) -> Tensor:
    """`weight` (out, read) as a layer of `inputs` inputs, of which it reads that many, drawn evenly.

    Returns:
        Shape (out, inputs), zero in the columns of the inputs that are not read.
    """
    read = torch.randperm(inputs, generator=generator)[: weight.shape[1]]
    wide = weight.new_zeros(len(weight), inputs)
    wide[:, read.sort().values] = weight
    return wide


def teach(weights: list[Tensor], inputs: Tensor) -> Tensor:
    """What a ReLU network without biases makes of `inputs` (n, in): shape (n, out)."""
    hidden = activations(weights, inputs)
    return (hidden[-1] if hidden else inputs) @ weights[-1].T


def activations(weights: list[Tensor], inputs: Tensor) -> list[Tensor]:
    """What the hidden layers of that network make of `inputs` (n, in): each (n, units), first layer first."""
    signal, hidden = inputs, []
    for weight in weights[:-1]:
        signal = (signal @ weight.T).relu()
        hidden.append(signal)
    return hidden


def teacher_task(params: bench.Params) -> bench.LoadTask:
    """Regression onto a random ReLU network, whose weights do not depend on the numbers of examples."""
    inputs, relevant = params["inputs"], params["relevant"]
    if relevant > inputs:
        raise bench.UserError(
            f"task 'teacher': {relevant} relevant inputs of {inputs}", "no more than there are inputs"
        )

    def load(request: bench.DataRequest) -> bench.TaskData:
        generator = Generator().manual_seed(request.seed)
        weights = teacher_weights({**params, "inputs": relevant or inputs}, generator)
        if relevant:
            weights[0] = spread(weights[0], inputs, generator)

        def split(count: int) -> bench.Split:
            shape = (count, params["inputs"])
            inputs = torch.randn(shape, generator=generator, dtype=torch.float64) * params["input_std"]
            noise = torch.randn(count, params["outputs"], generator=generator, dtype=torch.float64)
            targets = teach(weights, inputs) + params["noise"] * noise
            return bench.Split(inputs.float(), targets.float())

        return bench.TaskData(
            train=split(params["train"]),
            test=split(params["test"]),
            kind="regression",
            num_classes=params["outputs"],
            in_channels=params["inputs"],
            image_size=1,
            teacher=lambda inputs: activations([part.to(inputs) for part in weights], inputs),
            teacher_weights=tuple(part.float() for part in weights),
        )

    return load


def mixture_task(params: bench.Params) -> bench.LoadTask:
    """Classes that are Gaussians of unit variance around centres, or around several random ones each.

    The centres are the corners of a regular simplex; or they are drawn at random, and then the inputs are
    whitened by the mixture's own mean and covariance.
    """
    if params["centres"] == "random":
        return random_mixture(params)
    classes, dimension, separation = params["classes"], params["dimension"], params["separation"]
    if classes > dimension:
        raise bench.UserError(
            f"task 'gaussian-mixture': {classes} classes in {dimension} dimensions",
            "no more classes than dimensions, so that all pairs of centres are equally far apart",
        )
    if params["clusters"] > 1:
        raise bench.UserError(
            f"task 'gaussian-mixture': {params['clusters']} clusters a class around a simplex",
            "take centres = 'random'",
        )

    def load(request: bench.DataRequest) -> bench.TaskData:
        generator = Generator().manual_seed(request.seed)
        centres = simplex(classes, dimension, separation, generator)
        spread = separation**2 / 2 * (1 - 1 / classes) / dimension
        return _mixture(params, centres, generator, _View(math.sqrt(1 + spread)))

    return load


def random_mixture(params: bench.Params) -> bench.LoadTask:
    """Classes of several clusters around Gaussian centres, whitened."""
    dimension, count = params["dimension"], params["classes"] * params["clusters"]

    def load(request: bench.DataRequest) -> bench.TaskData:
        generator = Generator().manual_seed(request.seed)
        drawn = torch.randn(count, dimension, generator=generator, dtype=torch.float64)
        centres = drawn * (params["separation"] / math.sqrt(2 * dimension))
        mean = centres.mean(0)
        unit = torch.eye(dimension, dtype=torch.float64)
        values, vectors = torch.linalg.eigh(unit + (centres - mean).T @ (centres - mean) / count)
        whiten = vectors / values.sqrt() @ vectors.T
        return _mixture(params, centres, generator, _View(mean=mean, whiten=whiten))

    return load


@dataclass(frozen=True)
class _View:
    """How inputs are shown: less `mean`, times `whiten`, and divided by `std` when they are normalised."""

    std: float = 1.0
    mean: Tensor | None = None
    whiten: Tensor | None = None

    def __call__(self, inputs: Tensor) -> Tensor:
        if self.mean is None or self.whiten is None:
            return inputs
        return (inputs - self.mean) @ self.whiten


def _mixture(params: bench.Params, centres: Tensor, generator: Generator, view: _View) -> bench.TaskData:
    classes, dimension = params["classes"], params["dimension"]

    def split(count: int) -> bench.Split:
        places = torch.arange(count) % len(centres)
        noise = torch.randn(count, dimension, generator=generator, dtype=torch.float64)
        return bench.Split(view(centres[places] + noise).float(), places % classes)

    return bench.TaskData(
        train=split(params["train"]),
        test=split(params["test"]),
        kind="classification",
        num_classes=classes,
        in_channels=dimension,
        image_size=1,
        std=(view.std,),
    )


def simplex(classes: int, dimension: int, separation: float, generator: Generator) -> Tensor:
    """Centres (classes, dimension), float64, of mean zero, each pair `separation` apart, turned at random."""
    gaussian = torch.randn(dimension, classes, generator=generator, dtype=torch.float64)
    orthonormal, _ = torch.linalg.qr(gaussian)
    directions: Tensor = orthonormal.T * (separation / math.sqrt(2))
    return directions - directions.mean(0)
