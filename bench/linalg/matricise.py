"""Weights as the matrices that spectral measures speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def matricise(weight: Tensor, groups: int = 1) -> list[Tensor]:
    """Return a layer's weight as matrices of shape (out, in·kh·kw): one, or a block for each group.

    Args:
        weight: Shape (out, in/groups, ...), as `Linear` and `Conv` layers store it.
        groups: The convolution's number of groups.

    Returns:
        `groups` matrices of shape (out/groups, in/groups·...), views of the weight where it allows.

    Raises:
        ValueError: The weight has fewer than two axes, or its rows do not divide into the groups.
    """
    if weight.ndim < 2:
        raise ValueError(f"weight: two axes or more are needed, not shape {tuple(weight.shape)}")
    if groups < 1 or len(weight) % groups:
        raise ValueError(f"groups: {len(weight)} rows do not divide into {groups} groups")
    return list(weight.flatten(1).tensor_split(groups))
