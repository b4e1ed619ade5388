"""Augmentation of whole batches on the device, from the generator that orders the data.

What is drawn goes to the device without waiting for it, so that no step waits for the one before.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor
from torch.nn import functional

from bench.errors import Unsupported

PAD = 4


def augment(images: Tensor, steps: Sequence[str], generator: Generator) -> Tensor:
    """Apply the named steps to a batch, drawing anew for every image.

    "pad-crop" pads by 4 black pixels and cuts the size back out at a random place; "flip" mirrors an
    image with probability one half (He et al. 2016, section 4.2, for CIFAR-10).

    Args:
        images: shape (n, c, h, w), of any type; it is not changed.
        steps: "pad-crop" and "flip", in the order to apply.
        generator: on the CPU.

    Raises:
        Unsupported: where the inputs are no images.
    """
    if not steps:
        return images
    if images.ndim != 4:
        raise Unsupported(f"augmentation needs images, not inputs of shape {tuple(images.shape[1:])}")
    for step in steps:
        images = _pad_crop(images, generator) if step == "pad-crop" else _flip(images, generator)
    return images


def _pad_crop(images: Tensor, generator: Generator) -> Tensor:
    """Cut rows out of the padded images as slices of one long vector, which is a copy a row."""
    count, channels, height, width = images.shape
    drawn = torch.randint(0, 2 * PAD + 1, (2, count, 1), generator=generator)
    top, left = drawn.to(images.device, non_blocking=True)
    padded = functional.pad(images, (PAD, PAD, PAD, PAD)).flatten()
    rows = torch.arange(height, device=images.device) + top
    planes = torch.arange(count * channels, device=images.device).view(count, channels, 1)
    starts = (planes * (height + 2 * PAD) + rows[:, None]) * (width + 2 * PAD) + left[:, None]
    return padded.unfold(0, width, 1).index_select(0, starts.flatten()).view_as(images)


def _flip(images: Tensor, generator: Generator) -> Tensor:
    mirrored = torch.rand(len(images), generator=generator) < 0.5
    places = mirrored.nonzero()[:, 0].to(images.device, non_blocking=True)
    return images.index_copy(0, places, images.index_select(0, places).flip(3))
