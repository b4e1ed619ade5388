"""The principal part of a layer: its best approximation of a given rank."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from bench import Layer, linalg


@dataclass(frozen=True)
class Rank:
    """The rank of the principal part: `count` if above 0, else by `energy` if above 0, else by `share`."""

    count: int
    energy: float
    share: float

    def of(self, block: Tensor) -> int:
        """The rank for a matrix of shape (m, n): from 1 to min(m, n), 0 only for an empty matrix."""
        full = min(block.shape)
        if self.count:
            return min(self.count, full)
        if self.energy:
            return self._reaching(block, full)
        return min(max(round(self.share * full), 1), full)

    def _reaching(self, block: Tensor, full: int) -> int:
        """The fewest singular values whose squares sum to the share `energy` of all."""
        squares = linalg.singular_values(block).square().cumsum(0)
        if full == 0 or float(squares[-1]) == 0 or self.energy == 1:
            return full
        return min(int((squares < self.energy * squares[-1]).sum()) + 1, full)


def principal_part(layer: Layer, rank: Rank) -> Tensor:
    """B = U_k S_k V_kᵀ of the layer as a matrix (out, in·kh·kw), each group of a convolution by itself.

    Returns:
        The weight's shape, float64, on the CPU; computed on the weight's device.
    """
    return linalg.principal_part(layer.weight, layer.groups, rank.of)
