"""What every function here asks of its input, so that a bad number is named and never spreads."""

from __future__ import annotations

from math import isfinite

import torch
from torch import Tensor

_HALF = (torch.float16, torch.bfloat16)


def widened(values: Tensor, name: str) -> Tensor:
    """Return float32 or float64 values: half precision is upcast, which is exact.

    Raises:
        ValueError: The tensor is not of a real floating type.
    """
    if not values.is_floating_point():
        raise ValueError(f"{name}: real floating-point values are needed, not {values.dtype}")
    values = values.detach()
    return values.float() if values.dtype in _HALF else values


def two_axes(matrix: Tensor) -> Tensor:
    """Return the matrix in float32 or float64.

    Raises:
        ValueError: It has another number of axes or another type.
    """
    if matrix.ndim != 2:
        raise ValueError(f"matrix: two axes are needed, not shape {tuple(matrix.shape)}")
    return widened(matrix, "matrix")


def finite_range(values: Tensor, name: str) -> tuple[float, float]:
    """Return the least and the largest value, (0, 0) where there are none.

    Raises:
        ValueError: There is a NaN or an infinity; the message gives the place of the first.
    """
    if values.numel() == 0:
        return 0.0, 0.0
    low, high = torch.stack(values.aminmax()).tolist()
    if isfinite(low) and isfinite(high):
        return low, high
    place = tuple((~torch.isfinite(values)).nonzero()[0].tolist())
    raise ValueError(f"{name}: {values[place].item()} at {place}; finite values are needed")


def largest_magnitude(values: Tensor, name: str) -> float:
    """Return the largest magnitude among the values, 0 where there are none; raises as `finite_range`."""
    low, high = finite_range(values, name)
    return max(-low, high)


def check_rtol(rtol: float) -> None:
    """Raise ValueError unless float64 can prove a bound of this relative size."""
    if not 1e-6 <= rtol < 1:
        raise ValueError(f"rtol: {rtol} is not in [1e-6, 1)")


def float32_is_kept(values: Tensor) -> bool:
    """Say whether a product of these values is made of float32 operations, not of TF32 or bfloat16 ones."""
    plain = torch.get_float32_matmul_precision() == "highest" and not torch.is_autocast_enabled("cpu")
    onednn = getattr(getattr(torch.backends.mkldnn, "matmul", None), "fp32_precision", "none")
    return plain and onednn in {"none", "ieee"} and values.dtype == torch.float32 and values.is_cpu
