"""VGG networks in their CIFAR form: batch normalisation, and one linear layer instead of three."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (64, 128, 256, 512, 512)
DEPTHS = MappingProxyType({16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)})


class Vgg(nn.Module):
    """Five stages of 3x3 convolutions with max-pooling between them; mean over the map; classes.

    A pooling that would leave a single pixel to the next stage is left out: eight of the nine taps of
    a 3x3 kernel see nothing there. At 32x32 all four are in, and the last stage works on 2x2.
    """

    def __init__(
        self, depths: Sequence[int], width: float, num_classes: int, in_channels: int, image_size: int
    ) -> None:
        super().__init__()
        if image_size < 2:
            raise ValueError(f"vgg needs images of at least 2x2, not {image_size}x{image_size}")
        widths = [max(1, round(full * width)) for full in WIDTHS]
        self.stages = nn.ModuleList()
        before = in_channels
        for depth, stage in zip(depths, widths, strict=True):
            self.stages.append(_stage(before, stage, depth))
            before = stage
        self.pools = _pools(image_size, len(widths) - 1)
        self.fc = nn.Linear(before, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d) and module.bias is not None:
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (n, c, h, w) to logits (n, classes)."""
        x = self.stages[0](x)
        for pool, stage in zip(self.pools, self.stages[1:], strict=True):
            x = stage(functional.max_pool2d(x, 2) if pool else x)
        logits: Tensor = self.fc(x.mean((2, 3)))
        return logits


def _stage(width_in: int, width: int, depth: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for number in range(depth):
        layers.append(nn.Conv2d(width if number else width_in, width, 3, padding=1))
        layers.append(nn.BatchNorm2d(width))
        layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def _pools(side: int, count: int) -> tuple[bool, ...]:
    """Whether to pool before each later stage, on a map that begins with `side` pixels."""
    pools = []
    for _ in range(count):
        pools.append(side >= 4)
        side = side // 2 if side >= 4 else side
    return tuple(pools)
