"""Passes over long tensors: in cache-sized parts through NumPy on the CPU, whole on other devices.

NumPy's comparison and search of non-zeros are several times faster than torch's on one CPU thread; its
arrays share the tensors' memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


def divide(values: Tensor, bounds: Sequence[tuple[float, float]]) -> list[tuple[Tensor, Tensor]]:
    """Split flat values at pairs of bounds; each part of the values is read once for all pairs.

    Args:
        values: shape (n,).
        bounds: pairs (lower, upper).

    Returns:
        For each pair a mask of the values at or above the upper bound (none where it is NaN), and the
        indices of those between the bounds, the lower included.
    """
    above = [torch.empty(len(values), dtype=torch.bool, device=values.device) for _ in bounds]
    between: list[list[Tensor]] = [[] for _ in bounds]
    for part in parts(values):
        for (lower, upper), mask, places in zip(bounds, above, between, strict=True):
            places.append(_between(values[part], (lower, upper), mask[part]) + part.start)
    none = torch.empty(0, dtype=torch.int64, device=values.device)
    return [(mask, torch.cat([none, *places])) for mask, places in zip(above, between, strict=True)]


def _between(values: Tensor, bounds: tuple[float, float], above: Tensor) -> Tensor:
    """Write into `above` which values reach the upper bound; return where the others reach the lower."""
    lower, upper = bounds
    if values.device.type != "cpu":
        torch.ge(values, upper, out=above)
        return true_places((values >= lower) != above)
    array, out = values.numpy(), above.numpy()
    np.greater_equal(array, array.dtype.type(upper), out=out)
    return torch.from_numpy(np.flatnonzero((array >= array.dtype.type(lower)) != out))
