"""The field's networks, in the forms that its papers count, and every network of timm by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from torch import nn

_LECUN = "LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition, 1998"
_HE = "He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, CVPR 2016"
_VGG = "Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR 2015"
_TIAN = "Tian, Student Specialization in Deep ReLU Networks, ICML 2020 (arXiv 1909.13458)"
_TIMM = "Wightman, PyTorch Image Models, 2019"
_GIAMBAGLI = "Giambagli, Buffoni, Chicchi and Fanelli, How a student becomes a teacher, NeurIPS 2023"
_BEGINNING = (
    bench.Param(
        "init",
        str,
        "default",
        "how weights start: as torch has it, or Glorot-uniform or normal with biases at zero",
        choices=("default", "glorot", "normal"),
        later=True,
    ),
    bench.Param(
        "std", float, 0.01, "deviation of the weights where they start normal", minimum=0, later=True
    ),
    bench.Param(
        "output",
        str,
        "trained",
        "whether the last layer's weights are trained, or frozen at one",
        choices=("trained", "ones"),
        later=True,
    ),
)


def _lenet_300_100(params: bench.Params) -> nn.Module:
    from bench_models.lenet import LeNet300  # noqa: PLC0415

    return LeNet300(params["num_classes"], params["in_channels"], params["image_size"])


def _lenet_5(params: bench.Params) -> nn.Module:
    from bench_models.lenet import LeNet5  # noqa: PLC0415

    return LeNet5(params["num_classes"], params["in_channels"], params["image_size"])


def _mlp(params: bench.Params) -> nn.Module:
    from bench_models.beginning import begun  # noqa: PLC0415
    from bench_models.mlp import Perceptron  # noqa: PLC0415

    inputs = params["in_channels"] * params["image_size"] ** 2
    model = Perceptron(inputs, params["hidden"], params["num_classes"], bias=params["bias"])
    return begun(model, init=params["init"], output=params["output"], std=params["std"])


def _convnet(params: bench.Params) -> nn.Module:
    from bench_models.beginning import begun  # noqa: PLC0415
    from bench_models.convnet import ConvNet  # noqa: PLC0415

    model = ConvNet(
        params["channels"],
        params["num_classes"],
        params["in_channels"],
        params["image_size"],
        bias=params["bias"],
    )
    return begun(model, init=params["init"], output=params["output"], std=params["std"])


def _conv4(params: bench.Params) -> nn.Module:
    from bench_models.conv4 import Conv4, check_size  # noqa: PLC0415

    check_size(params["image_size"], params["padding"])
    return Conv4(
        params["width"],
        params["padding"],
        params["num_classes"],
        params["in_channels"],
        norm=params["norm"],
    )


def _vgg(depth: int) -> Callable[[bench.Params], nn.Module]:
    def build(params: bench.Params) -> nn.Module:
        from bench_models.vgg import DEPTHS, Vgg  # noqa: PLC0415

        return Vgg(
            DEPTHS[depth],
            params["width"],
            params["num_classes"],
            params["in_channels"],
            params["image_size"],
        )

    return build


def _cifar_resnet(blocks: int) -> Callable[[bench.Params], nn.Module]:
    def build(params: bench.Params) -> nn.Module:
        from bench_models.resnet import CifarResNet  # noqa: PLC0415

        pad = params.get("shortcut") == "pad"
        return CifarResNet(blocks, params["num_classes"], params["in_channels"], pad=pad)

    return build


def _staged_resnet(params: bench.Params) -> nn.Module:
    from bench_models.resnet import CifarResNet  # noqa: PLC0415

    return CifarResNet(
        params["blocks"], params["num_classes"], params["in_channels"], widths=params["widths"]
    )


def _check_stages(params: bench.Params) -> None:
    if len(params["blocks"]) != len(params["widths"]) or not params["blocks"]:
        raise bench.UserError(
            f"{len(params['blocks'])} stages of blocks, {len(params['widths'])} widths",
            "give one width a stage, and one stage at least",
        )


def _timm(name: str = "", stem: str = "cifar") -> Callable[[bench.Params], nn.Module]:
    def build(params: bench.Params) -> nn.Module:
        from bench_models.from_timm import build_timm  # noqa: PLC0415

        return build_timm(
            params.get("name", name),
            params.get("stem", stem),
            params["num_classes"],
            params["in_channels"],
            params["image_size"],
        )

    return build


@bench.hookimpl
def bench_models() -> Iterable[bench.Model]:
    """Offer the small networks, the VGGs, the ResNets, and timm's."""
    yield from _small()
    yield from _vggs()
    yield from _resnets()
    yield bench.Model(
        name="timm",
        summary="Any network of timm, by name and without pretrained weights: 'timm:NAME' in a suite.",
        build=_timm(),
        params=(
            bench.Param("name", str, help="as `timm.list_models()` has it"),
            bench.Param(
                "stem",
                str,
                "imagenet",
                "'cifar' exchanges a ResNet's stem for a 3x3 convolution without pooling",
                choices=("imagenet", "cifar"),
            ),
        ),
        cite=_TIMM,
    )


def _small() -> Iterable[bench.Model]:
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
        name="mlp",
        summary="A perceptron with hidden layers of any widths, ReLU between them.",
        build=_mlp,
        params=(
            bench.Param("hidden", int, [300, 100], "units of the hidden layers", minimum=1, many=True),
            bench.Param("bias", bool, True, "whether layers have biases"),
            *_BEGINNING,
        ),
    )
    yield bench.Model(
        name="convnet",
        summary="Unpadded 3x3 convolutions of any widths, ReLU after each, and a linear layer over the map.",
        build=_convnet,
        params=(
            bench.Param("channels", int, [8, 6], "channels of the convolutions", minimum=1, many=True),
            bench.Param("bias", bool, True, "whether layers have biases"),
            *_BEGINNING,
        ),
    )
    yield bench.Model(
        name="conv4",
        summary="Four 3x3 convolutions of 64 channels, a mean over the map; 0.11 M parameters on CIFAR-10.",
        build=_conv4,
        params=(
            bench.Param("width", int, 64, "channels of each convolution", minimum=1),
            bench.Param("padding", int, 0, "pixels around each map; 1 keeps its size", choices=(0, 1)),
            bench.Param("norm", bool, False, "whether batch normalisation follows each"),
        ),
        cite=_TIAN,
    )


def _vggs() -> Iterable[bench.Model]:
    for depth, count in ((16, "14.73"), (19, "20.04")):
        yield bench.Model(
            name=f"vgg{depth}",
            summary=f"VGG-{depth} for small images, normalised, one linear layer; {count} M parameters.",
            build=_vgg(depth),
            params=(bench.Param("width", float, 1.0, "factor of all widths", minimum=0.01, maximum=4),),
            cite=f"{_VGG}; in the form of Liu et al., Rethinking the Value of Network Pruning, ICLR 2019",
        )


def _resnets() -> Iterable[bench.Model]:
    yield bench.Model(
        name="resnet8",
        summary="A CIFAR residual network of 8 layers, widths 16-32-64; 0.08 M parameters.",
        build=_cifar_resnet(1),
        cite=_HE,
    )
    shortcut = bench.Param(
        "shortcut",
        str,
        "conv",
        "where shapes change: 1x1 convolutions, or zeros for the further channels (options B and A)",
        choices=("conv", "pad"),
    )
    for blocks, count in ((3, "0.27"), (5, "0.47"), (9, "0.86")):
        depth = 6 * blocks + 2
        yield bench.Model(
            name=f"resnet{depth}",
            summary=f"A CIFAR residual network of {depth} layers, widths 16-32-64; {count} M parameters.",
            build=_cifar_resnet(blocks),
            params=(shortcut,),
            cite=_HE,
        )
    yield bench.Model(
        name="cifar-resnet",
        summary="A CIFAR residual network of any stages of basic blocks; 1.1 M parameters for 100 classes.",
        build=_staged_resnet,
        params=(
            bench.Param("blocks", int, [2, 2, 2, 2], "blocks of each stage", minimum=1, many=True),
            bench.Param("widths", int, [20, 40, 80, 160], "channels of each stage", minimum=1, many=True),
        ),
        check=_check_stages,
        cite=_HE,
    )
    for depth, count in ((18, "11.17"), (50, "23.52")):
        yield bench.Model(
            name=f"resnet{depth}",
            summary=f"ResNet-{depth} of timm with a stem for small images; {count} M parameters.",
            build=_timm(f"resnet{depth}"),
            cite=f"{_HE}; {_TIMM}",
        )
