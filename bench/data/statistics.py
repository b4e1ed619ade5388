"""Mean and standard deviation of images by channel."""

from __future__ import annotations

import torch
from torch import Tensor

LEVELS = 256


def channel_statistics(images: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and population standard deviation of uint8 images, by channel, on the scale 0–1.

    Grey levels are counted and the moments taken of the counts in float64, so that the result does
    not depend on the order of a sum. A channel of one level has the deviation 1.

    Args:
        images: uint8, shape (n, c, h, w).
    """
    levels = torch.arange(LEVELS, dtype=torch.float64) / (LEVELS - 1)
    means, stds = [], []
    for channel in range(images.shape[1]):
        counts = torch.bincount(images[:, channel].flatten(), minlength=LEVELS).double()
        share = counts / counts.sum()
        mean = (share * levels).sum()
        std = (share * (levels - mean).square()).sum().sqrt()
        means.append(float(mean))
        stds.append(float(std) or 1.0)
    return tuple(means), tuple(stds)
