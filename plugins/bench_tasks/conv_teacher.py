"""The task `conv-teacher`: regression onto a random convolutional ReLU network.

As its fully connected relative, it is computed in float64 on the CPU and rounded at the end.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Generator, Tensor
from torch.nn import functional

import bench

TAPS = 9
CHUNK = 1000


def conv_teacher_weights(params: bench.Params, generator: Generator) -> list[Tensor]:
    """The weights of a convolutional teacher, first layer first, float64.

    Kernels (out, in, 3, 3), Glorot-uniform: U(-a, a) with a = sqrt(6 / (9·in + 9·out)); last the weights
    (1, channels · pixels) of its output, all of them one.
    """
    weights = []
    for channels_in, channels in pairwise([params["in_channels"], *params["channels"]]):
        bound = math.sqrt(6 / (TAPS * (channels_in + channels)))
        unit = torch.rand(channels, channels_in, 3, 3, generator=generator, dtype=torch.float64)
        weights.append((2 * unit - 1) * bound)
    side = params["size"] - 2 * len(params["channels"])
    return [*weights, torch.ones(1, params["channels"][-1] * side**2, dtype=torch.float64)]


def conv_teach(weights: list[Tensor], images: Tensor) -> Tensor:
    """What unpadded convolutions with ReLU, and a linear layer, make of `images` (n, c, h, w): (n, 1)."""
    maps = images
    for kernel in weights[:-1]:
        maps = functional.conv2d(maps, kernel).relu()
    return maps.flatten(1) @ weights[-1].T


def conv_teacher_task(params: bench.Params) -> bench.LoadTask:
    """Regression onto a random convolutional network of the same 3x3 kernels as the model `convnet`."""
    if not params["channels"]:
        raise bench.UserError(
            "task 'conv-teacher': channels is empty", "give those of one convolution at least"
        )
    least = 2 * len(params["channels"]) + 1
    if params["size"] < least:
        raise bench.UserError(
            f"task 'conv-teacher': size = {params['size']} for {len(params['channels'])} convolutions",
            f"unpadded 3x3 convolutions need a size of at least {least}",
        )

    def load(request: bench.DataRequest) -> bench.TaskData:
        generator = Generator().manual_seed(request.seed)
        weights = conv_teacher_weights(params, generator)

        def split(count: int) -> bench.Split:
            shape = (count, params["in_channels"], params["size"], params["size"])
            images = torch.randn(shape, generator=generator, dtype=torch.float64)
            noise = torch.randn(count, 1, generator=generator, dtype=torch.float64)
            answers = torch.cat([conv_teach(weights, part) for part in torch.split(images, CHUNK)])
            return bench.Split(images.float(), (answers + params["noise"] * noise).float())

        return bench.TaskData(
            train=split(params["train"]),
            test=split(params["test"]),
            kind="regression",
            num_classes=1,
            in_channels=params["in_channels"],
            image_size=params["size"],
            teacher_weights=tuple(weight.float() for weight in weights),
        )

    return load
