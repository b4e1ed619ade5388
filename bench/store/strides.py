"""How tensors lie in memory, which safetensors does not keep: over another layout sums differ a little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def unusual_strides(tensors: Mapping[str, Tensor]) -> dict[str, list[int]]:
    """The strides of gapless tensors that do not lie row by row, such as channels-last ones, by name."""
    return {
        name: list(tensor.stride())
        for name, tensor in tensors.items()
        if tensor.stride() != _by_rows(tensor.shape) and _is_gapless(tensor.shape, tensor.stride())
    }


def laid_out(tensors: Mapping[str, Tensor], strides: Mapping[str, Sequence[int]]) -> dict[str, Tensor]:
    """The tensors, those that `strides` names with these.

    Raises:
        KeyError: for a name of no tensor.
        ValueError: for strides that are not those of a gapless tensor of that shape.
    """
    found = dict(tensors)
    for name, stride in strides.items():
        if not _is_gapless(found[name].shape, stride):
            raise ValueError(f"{name}: not the strides of its shape")
        found[name] = found[name].new_empty_strided(found[name].shape, stride).copy_(found[name])
    return found


def _by_rows(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(prod(max(size, 1) for size in shape[place + 1 :]) for place in range(len(shape)))


def _is_gapless(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether such strides reach each place of the tensor's memory once; those along one entry are free."""
    if len(strides) != len(shape) or any(type(stride) is not int for stride in strides):
        return False
    room = 1
    for stride, size in sorted(zip(strides, shape, strict=True)):
        if size == 1 and not 1 <= stride <= prod(shape):
            return False
        if size != 1:
            if stride != room:
                return False
            room *= size
    return room > 0
