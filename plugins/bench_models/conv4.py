"""A plain network of four convolutions."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

KERNEL = 3


class Conv4(nn.Module):
    """Four 3x3 convolutions of one width, at stride 1 and with ReLU; mean over the map; classes.

    Without padding each convolution takes two pixels off the map's sides.
    """

    def __init__(self, width: int, padding: int, num_classes: int, in_channels: int, *, norm: bool) -> None:
        super().__init__()
        widths = (in_channels, width, width, width, width)
        self.convs = nn.ModuleList(
            nn.Conv2d(widths[i], width, KERNEL, padding=padding, bias=not norm) for i in range(4)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) if norm else nn.Identity() for _ in range(4))
        self.fc = nn.Linear(width, num_classes)
        for conv in self.convs:
            nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """Map images (n, c, h, w) to logits (n, classes)."""
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = functional.relu(norm(conv(x)))
        logits: Tensor = self.fc(x.mean((2, 3)))
        return logits


def check_size(image_size: int, padding: int) -> None:
    """Check that every tap of every kernel sees a pixel: what no image reaches can be pruned for free.

    Raises:
        ValueError: naming the smallest size.
    """
    least = 2 if padding else 4 * (KERNEL - 1) + 1
    if image_size < least:
        hint = "" if padding else "; padding = 1 takes smaller ones"
        raise ValueError(f"conv4 needs images of at least {least}x{least}, not {image_size}{hint}")
