"""A convolution as a linear operator on periodic images: its norm, with a bound, and its spectrum."""

from __future__ import annotations

from math import ldexp, sqrt
from typing import TYPE_CHECKING

import torch

from bench.linalg.checks import check_rtol, largest_magnitude, widened
from bench.linalg.conv_blocks import frequency_blocks, image_sides
from bench.linalg.gram import balanced, gamma
from bench.linalg.spectral_norm import SHARE, SpectralNorm

if TYPE_CHECKING:
    from torch import Tensor


def conv_operator_norm(kernel: Tensor, size: int | tuple[int, int], rtol: float = 1e-4) -> SpectralNorm:
    """Measure the norm of a stride-1 circular convolution as an operator on images, with a bound.

    The two-dimensional Fourier transform makes the operator block-diagonal (Sedghi, Gupta and Long, ICLR
    2019, Theorem 6), and its norm is the largest of the blocks'. The bound is a theorem, rounding
    included: a vector shows that one block reaches value − bound, and Cholesky factorisations of
    (value + bound)²I − KKᴴ show that no block K exceeds value + bound.

    Args:
        kernel: Shape (out, in, kh, kw), finite, any real floating type.
        size: The image's side, or its height and width; a larger kernel wraps around.
        rtol: Relative half-width asked for, from 1e-6 up to but not including 1.

    Returns:
        The value and its bound, with bound ≤ rtol·norm. (0, 0) for an empty and for a zero kernel, and
        where rounding cannot tell an operator that wraps to zero from a tiny one, a bound above 0.

    Raises:
        ValueError: The kernel has not four axes, is not real floating or holds a NaN or an infinity
            (the message says where); or size or rtol is out of range.
    """
    check_rtol(rtol)
    height, width = image_sides(size)
    kernel = _four_axes(kernel)
    largest = largest_magnitude(kernel, "kernel")
    if largest == 0:
        return SpectralNorm(0.0, 0.0)
    kernel, exponent = balanced(kernel.double(), largest)
    rounding = _rounding(kernel)
    side = min(kernel.shape[:2])
    reached = 0.0
    for blocks, _ in frequency_blocks(kernel, height, width):
        grams = blocks @ blocks.mH if blocks.shape[1] <= blocks.shape[2] else blocks.mH @ blocks
        while len(grams := grams[_may_exceed(grams, _ceiling(reached, rounding, rtol, side), rounding)]):
            reached = max(reached, _largest_of_one(grams))
    lowest, ceiling = max(reached - rounding, 0.0), _ceiling(reached, rounding, rtol, side)
    value = sqrt(reached)
    bound = max(sqrt(ceiling) - value, value - sqrt(lowest)) * (1 + 1e-9)
    return SpectralNorm(ldexp(value, exponent), ldexp(bound, exponent))


def conv_operator_singular_values(kernel: Tensor, size: int | tuple[int, int]) -> Tensor:
    """Return all singular values of a stride-1 circular convolution on images, descending.

    Args:
        kernel: Shape (out, in, kh, kw), finite, any real floating type.
        size: The image's side, or its height and width; a larger kernel wraps around.

    Returns:
        Shape (height·width·min(out, in),), float64, each within 1e-12 of the largest of those a direct
        decomposition would give.

    Raises:
        ValueError: As for `conv_operator_norm`.
    """
    height, width = image_sides(size)
    kernel = _four_axes(kernel)
    if largest_magnitude(kernel, "kernel") == 0:
        return kernel.new_zeros(height * width * min(kernel.shape[:2]), dtype=torch.float64)
    spectra = [
        torch.linalg.svdvals(blocks).repeat_interleave(weight, dim=0).flatten()
        for blocks, weight in frequency_blocks(kernel, height, width)
    ]
    return torch.cat(spectra).sort(descending=True).values


def _four_axes(kernel: Tensor) -> Tensor:
    if kernel.ndim != 4:
        raise ValueError(f"kernel: four axes are needed, not shape {tuple(kernel.shape)}")
    return widened(kernel, "kernel")


def _rounding(kernel: Tensor) -> float:
    """Bound the error in a block's Gram matrix and in a Rayleigh quotient of it, by ‖Σ|taps|‖_F².

    A block's entry errs by its phases (16 ulp each) and the sum over taps; complex products take four
    real operations.
    """
    out, into, kh, kw = kernel.shape
    energy = float(kernel.abs().sum(dim=(2, 3)).square().sum())
    entry = gamma(kh * kw + 36, torch.float64)
    return 2 * (entry + gamma(4 * (out + into + 16), torch.float64)) * energy


def _ceiling(reached: float, rounding: float, rtol: float, side: int) -> float:
    """Return the squared norm to prove as a limit once `reached` is attained, with room for rounding."""
    lowest = max(reached - rounding, 0.0)
    return max(lowest * (1 + SHARE * rtol) ** 2, (reached + 4 * rounding) * (1 + 4 * _drop(side)))


def _drop(side: int) -> float:
    """Bound what a complex Cholesky factorisation can hide, relative to the shift (Demmel 1989)."""
    return side * gamma(4 * (side + 3), torch.float64)


def _may_exceed(grams: Tensor, ceiling: float, rounding: float) -> Tensor:
    """Mark the Gram matrices, shape (count, m, m), that are not proved to stay below the ceiling."""
    shifted = -grams
    shifted.diagonal(dim1=1, dim2=2).add_(ceiling * (1 - _drop(grams.shape[-1])) - rounding)
    info: Tensor = torch.linalg.cholesky_ex(shifted).info
    return info != 0


def _largest_of_one(grams: Tensor) -> float:
    """Return a value that the one of most energy among Gram matrices attains, up to rounding."""
    heaviest = grams[torch.linalg.matrix_norm(grams).argmax()]
    vector = torch.linalg.eigh(heaviest).eigenvectors[:, -1]
    return float(torch.vdot(vector, heaviest @ vector).real / torch.vdot(vector, vector).real)
