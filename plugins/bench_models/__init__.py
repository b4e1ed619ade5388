"""The field's small networks, in the forms that its papers count: LeNets and CIFAR ResNets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from torch import nn

_LECUN = "LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition, 1998"
_HE = "He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, CVPR 2016"


def _lenet_300_100(params: bench.Params) -> nn.Module:
    from bench_models.lenet import LeNet300  # noqa: PLC0415

    return LeNet300(params["num_classes"], params["in_channels"], params["image_size"])


def _lenet_5(params: bench.Params) -> nn.Module:
    from bench_models.lenet import LeNet5  # noqa: PLC0415

    return LeNet5(params["num_classes"], params["in_channels"], params["image_size"])


def _resnet8(params: bench.Params) -> nn.Module:
    from bench_models.resnet import CifarResNet  # noqa: PLC0415

    return CifarResNet(1, params["num_classes"], params["in_channels"])


@bench.hookimpl
def bench_models() -> Iterable[bench.Model]:
    """Offer the LeNets and the ResNet of 8 layers."""
    yield bench.Model(
        name="lenet-300-100",
        summary="A perceptron with hidden layers of 300 and 100 units; 266,610 parameters on MNIST.",
        build=_lenet_300_100,
        cite=_LECUN,
    )
    yield bench.Model(
        name="lenet-5",
        summary="Two 5x5 convolutions (20, 50) and a layer of 500 units; 431,080 parameters on MNIST.",
        build=_lenet_5,
        cite=f"{_LECUN}; in the Caffe form that pruning papers use",
    )
    yield bench.Model(
        name="resnet8",
        summary="A CIFAR residual network of 8 layers, widths 16-32-64; 0.08 M parameters.",
        build=_resnet8,
        cite=_HE,
    )
