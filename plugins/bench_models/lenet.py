"""The LeNets of the pruning literature."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class LeNet300(nn.Module):
    """LeNet-300-100: in·size² → 300 → 100 → classes, ReLU."""

    def __init__(self, num_classes: int, in_channels: int, image_size: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(in_channels * image_size**2, 300)
        self.fc2 = nn.Linear(300, 100)
        self.fc3 = nn.Linear(100, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (n, c, h, w), or vectors (n, d), to logits (n, classes)."""
        x = functional.relu(self.fc1(x.flatten(1)))
        logits: Tensor = self.fc3(functional.relu(self.fc2(x)))
        return logits


class LeNet5(nn.Module):
    """LeNet-5 in the Caffe form: conv 20, pool, conv 50, pool, 500 units, classes.

    The 5x5 convolutions are unpadded, as in the original, where the image is at least 16 wide; on
    smaller images they keep the size, so that the network fits them.
    """

    def __init__(self, num_classes: int, in_channels: int, image_size: int) -> None:
        super().__init__()
        if image_size < 4:
            raise ValueError(f"lenet-5 needs images of at least 4x4, not {image_size}x{image_size}")
        padding = 0 if image_size >= 16 else 2
        side = image_size
        for _ in range(2):
            side = (side + 2 * padding - 4) // 2
        self.conv1 = nn.Conv2d(in_channels, 20, 5, padding=padding)
        self.conv2 = nn.Conv2d(20, 50, 5, padding=padding)
        self.fc1 = nn.Linear(50 * side**2, 500)
        self.fc2 = nn.Linear(500, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (n, c, h, w) to logits (n, classes)."""
        x = functional.relu(functional.max_pool2d(self.conv1(x), 2))
        x = functional.relu(functional.max_pool2d(self.conv2(x), 2))
        logits: Tensor = self.fc2(functional.relu(self.fc1(torch.flatten(x, 1))))
        return logits
