"""Passes over long tensors: in cache-sized parts through NumPy on the CPU, whole on other devices.

NumPy's comparison and search of non-zeros are several times faster than torch's on one CPU thread; its
arrays share the tensors' memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

PART = 1 << 17


def parts(values: Tensor) -> Iterator[slice]:
    """Yield the slices that cover a flat tensor."""
    size = PART if values.device.type == "cpu" else max(1, len(values))
    for start in range(0, len(values), size):
        yield slice(start, min(start + size, len(values)))


def true_places(mask: Tensor) -> Tensor:
    """Return the ascending int64 indices at which a flat boolean tensor is True."""
    if mask.device.type == "cpu":
        return torch.from_numpy(np.flatnonzero(mask.numpy()))
    return mask.nonzero()[:, 0]


def divide(values: Tensor, lower: float, upper: float) -> tuple[Tensor, Tensor]:
    """Split flat values at two bounds.

    Returns:
        A mask of the values at or above the upper bound (none where it is NaN), and the indices of
        those between the bounds, the lower included.
    """
    above = torch.empty(len(values), dtype=torch.bool, device=values.device)
    between = []
    for part in parts(values):
        if values.device.type == "cpu":
            array, out = values[part].numpy(), above[part].numpy()
            np.greater_equal(array, array.dtype.type(upper), out=out)
            places = torch.from_numpy(np.flatnonzero((array >= array.dtype.type(lower)) != out))
        else:
            torch.ge(values[part], upper, out=above[part])
            places = true_places((values[part] >= lower) != above[part])
        between.append(places + part.start)
    return above, torch.cat(between) if between else torch.empty(0, dtype=torch.int64, device=values.device)
