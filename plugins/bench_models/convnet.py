"""Convolutions of any widths, each followed by a ReLU, and one linear layer over the whole map."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

import bench


class ConvNet(nn.Module):
    """3x3 convolutions `conv1`, `conv2`, … at stride 1 without padding, and the linear layer `fc`."""

    def __init__(
        self, channels: Sequence[int], num_classes: int, in_channels: int, image_size: int, *, bias: bool
    ) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {}
        for number, (width_in, width) in enumerate(pairwise((in_channels, *channels)), start=1):
            layers[f"conv{number}"] = nn.Conv2d(width_in, width, 3, bias=bias)
            layers[f"relu{number}"] = nn.ReLU()
        side = side_after(len(channels), image_size)
        layers["flat"] = nn.Flatten()
        layers["fc"] = nn.Linear(channels[-1] * side**2, num_classes, bias=bias)
        for name, layer in layers.items():
            self.add_module(name, layer)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (n, c, h, w) to logits (n, classes)."""
        for layer in self.children():
            x = layer(x)
        return x


def side_after(convolutions: int, image_size: int) -> int:
    """How many pixels a side of the map has after so many unpadded 3x3 convolutions.

    Raises:
        UserError: where none would be left.
    """
    side = image_size - 2 * convolutions
    if side < 1:
        raise bench.UserError(
            f"{convolutions} unpadded 3x3 convolutions on images of {image_size}x{image_size}",
            f"images of at least {2 * convolutions + 1}x{2 * convolutions + 1}, or fewer convolutions",
        )
    return side
