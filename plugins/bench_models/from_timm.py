"""Networks of timm, by name, without pretrained weights."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import timm
import torch
from timm.models.resnet import ResNet
from torch import nn

import bench


def build_timm(name: str, stem: str, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    """The network `name` of timm, freshly initialised, for images of `image_size`.

    Where the network takes them, `img_size` is the task's, and `zero_init_last` is False: timm starts
    the last normalisation of each residual block at zero, which hides the block from the gradient and
    gives its weights a score of 0 in pruning at initialisation.

    Args:
        name: as `timm.list_models()` has it.
        stem: "imagenet" leaves the network as it is; "cifar" gives a ResNet the stem for small images.
        num_classes: outputs.
        in_channels: channels of the images.
        image_size: their height and width.

    Raises:
        UserError: for a name that timm does not know, or a stem that the network cannot have.
        ValueError: where the network cannot take such images.
    """
    _check_name(name)
    fixed = {"num_classes": num_classes, "in_chans": in_channels}
    try:
        model = _created(name, fixed, {"zero_init_last": False, "img_size": image_size})
        if stem == "cifar":
            give_cifar_stem(model, name, in_channels, image_size)
        outputs = _tried(model, in_channels, image_size)
    except bench.UserError:
        raise
    except Exception as error:
        line = next(iter(str(error).strip().splitlines()), type(error).__name__)
        size = f"{in_channels}x{image_size}x{image_size}"
        raise ValueError(f"timm's '{name}' takes no images of {size}: {line}") from error
    if outputs != (2, num_classes):
        raise ValueError(f"timm's '{name}' gives outputs of shape {outputs}, not (n, {num_classes})")
    return model


def give_cifar_stem(model: nn.Module, name: str, in_channels: int, image_size: int) -> None:
    """Give a ResNet of timm a 3x3 stem at stride 1 without pooling (He et al. 2016, section 4.2).

    A stage that would work on a single pixel keeps its input's size, since eight of the nine taps of a
    3x3 kernel see nothing there; that is so for images up to 8x8.

    Raises:
        UserError: for a network that is none of timm's ResNets.
    """
    if not isinstance(model, ResNet):
        raise bench.UserError(
            f"model 'timm': '{name}' has no stem that could be exchanged",
            "stem = 'cifar' is for timm's ResNets, such as resnet18; leave it out",
        )
    width = model.get_submodule("bn1").weight.numel()  # type: ignore[operator]
    stem = nn.Conv2d(in_channels, width, 3, 1, 1, bias=False)
    nn.init.kaiming_normal_(stem.weight, mode="fan_out", nonlinearity="relu")
    model.set_submodule("conv1", stem)
    model.set_submodule("maxpool", nn.Identity())
    side = image_size
    for stage in ("layer2", "layer3", "layer4"):
        if side > 2:
            side = (side + 1) // 2
            continue
        for module in model.get_submodule(stage).modules():
            if isinstance(module, nn.Conv2d):
                module.stride = (1, 1)


def _check_name(name: str) -> None:
    known = timm.list_models()
    if name not in known:
        near = get_close_matches(name, known, n=1)
        raise bench.UserError(
            f"model 'timm': timm {timm.__version__} has no model '{name}'",
            f"did you mean '{near[0]}'?" if near else "`timm.list_models()` names them all",
        )


def _created(name: str, fixed: dict[str, Any], optional: dict[str, Any]) -> nn.Module:
    """The network with those of `optional` that it takes; a refusal costs no random numbers."""
    state = torch.get_rng_state()
    left = dict(optional)
    while True:
        try:
            model: nn.Module = timm.create_model(name, pretrained=False, **fixed, **left)
        except TypeError as error:
            refused = next((key for key in left if f"'{key}'" in str(error)), None)
            if refused is None:
                raise
            del left[refused]
            torch.set_rng_state(state)
        else:
            return model


def _tried(model: nn.Module, in_channels: int, image_size: int) -> tuple[int, ...]:
    """The shape of the outputs for two images; the network is left in train mode."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        outputs = model.eval()(torch.zeros(2, in_channels, image_size, image_size))
    model.train()
    return tuple(outputs.shape)
