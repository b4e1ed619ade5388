"""The blocks of a circular convolution: one (out, in) matrix a frequency (Sedghi, Gupta and Long 2019)."""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

_BATCH_BYTES = 1 << 27


def image_sides(size: int | tuple[int, int]) -> tuple[int, int]:
    """Return height and width.

    Raises:
        ValueError: One of them is not a positive whole number.
    """
    height, width = (size, size) if isinstance(size, int) else size
    if height < 1 or width < 1:
        raise ValueError(f"size: {size} has a side below 1")
    return height, width


def frequency_blocks(kernel: Tensor, height: int, width: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield batches of the operator's blocks for half the frequencies: the others are their conjugates.

    The transform of the few taps is taken as a product with their phases, so a kernel larger than the
    image wraps around by itself. Angles are reduced to one turn as whole numbers, hence phases are exact
    to 16 units in the last place.

    Args:
        kernel: Shape (out, in, kh, kw), real.
        height: Rows of the image.
        width: Columns of the image.

    Yields:
        Blocks of shape (frequencies, out, in), complex128, and how many frequencies of the full plane
        each stands for, 1 or 2.
    """
    out, into, kh, kw = kernel.shape
    taps = kernel.double().reshape(out * into, kh * kw).T
    rows = torch.arange(height, device=kernel.device)
    columns = torch.arange(width // 2 + 1, device=kernel.device)
    down = torch.outer(rows, torch.arange(kh, device=kernel.device)) % height
    across = torch.outer(columns, torch.arange(kw, device=kernel.device)) % width
    turns = down[:, None, :, None] * width + across[None, :, None, :] * height
    angles = (turns % (height * width)).double() * (2 * pi / (height * width))
    angles = angles.reshape(height * len(columns), kh * kw)
    weights = torch.where((columns == 0) | (2 * columns == width), 1, 2).repeat(height)
    batch = max(1, _BATCH_BYTES // (16 * out * into))
    for start in range(0, len(angles), batch):
        chosen = angles[start : start + batch]
        blocks = torch.complex(chosen.cos() @ taps, -(chosen.sin() @ taps))
        yield blocks.view(-1, out, into), weights[start : start + batch]
