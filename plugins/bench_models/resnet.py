"""Residual networks in their CIFAR form: a 3x3 stem without pooling, and stages of basic blocks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional


class PadShortcut(nn.Module):
    """Every second pixel, and zeros for the further channels: a shortcut without parameters."""

    def __init__(self, width_in: int, width: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.low = (width - width_in) // 2
        self.high = width - width_in - self.low

    def forward(self, x: Tensor) -> Tensor:
        """Map features (n, in, h, w) to (n, width, h/stride, w/stride)."""
        return functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.low, self.high))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut; where the shape changes a 1x1 convolution, or padding."""

    def __init__(self, width_in: int, width: int, stride: int, *, pad: bool = False) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width_in, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut: nn.Module = nn.Sequential()
        if stride != 1 or width_in != width:
            self.shortcut = (
                PadShortcut(width_in, width, stride)
                if pad
                else nn.Sequential(nn.Conv2d(width_in, width, 1, stride, bias=False), nn.BatchNorm2d(width))
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map features (n, in, h, w) to (n, width, h/stride, w/stride)."""
        out = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(out)) + self.shortcut(x))


class CifarResNet(nn.Module):
    """Stages of `blocks` blocks, one number for each or for all, at half the size of the map before.

    With three stages of n blocks and widths 16, 32 and 64 it has 6n+2 layers (He et al. 2016, section
    4.2). `pad` takes shortcuts without parameters, option A of the paper; else they are 1x1 convolutions
    where the shape changes, option B.
    """

    def __init__(
        self,
        blocks: int | Sequence[int],
        num_classes: int,
        in_channels: int,
        *,
        widths: Sequence[int] = (16, 32, 64),
        pad: bool = False,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, widths[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.stages = [f"layer{number}" for number in range(1, len(widths) + 1)]
        blocks = [blocks] * len(widths) if isinstance(blocks, int) else blocks
        for name, count, (width_in, width) in zip(
            self.stages, blocks, pairwise((widths[0], *widths)), strict=True
        ):
            self.add_module(name, _stage(width_in, width, count, 1 if name == "layer1" else 2, pad=pad))
        self.fc = nn.Linear(widths[-1], num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """Map images (n, c, h, w) to logits (n, classes)."""
        x = functional.relu(self.bn1(self.conv1(x)))
        for stage in self.stages:
            x = self.get_submodule(stage)(x)
        logits: Tensor = self.fc(x.mean((2, 3)))
        return logits


def _stage(width_in: int, width: int, blocks: int, stride: int, *, pad: bool) -> nn.Sequential:
    first = BasicBlock(width_in, width, stride, pad=pad)
    return nn.Sequential(first, *(BasicBlock(width, width, 1) for _ in range(blocks - 1)))
