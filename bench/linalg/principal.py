"""A layer's principal part, and magnitudes that can be multiplied without leaving the format."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from bench.linalg.low_rank import low_rank
from bench.linalg.matricise import matricise

if TYPE_CHECKING:
    from torch import Tensor


def principal_part(weight: Tensor, groups: int, rank: Callable[[Tensor], int]) -> Tensor:
    """Return B = U_k S_k V_kᵀ of a layer as a matrix (out, in·kh·kw), each group by itself.

    Args:
        weight: Shape (out, in/groups, ...), as `Linear` and `Conv` layers store it.
        groups: The convolution's number of groups.
        rank: The rank k for a group's matrix.

    Returns:
        The weight's shape, float64, on the CPU; computed on the weight's device.
    """
    parts = [low_rank(block, rank(block)) for block in matricise(weight, groups)]
    return torch.cat(parts).view(weight.shape).cpu().double()


def relative_magnitudes(values: Tensor) -> Tensor:
    """Return magnitudes relative to the largest, so that powers and products stay within the format."""
    magnitudes = values.abs()
    largest = magnitudes.max() if magnitudes.numel() else torch.tensor(0.0)
    return magnitudes / largest if float(largest) > 0 else magnitudes
