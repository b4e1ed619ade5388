"""Weights of known sizes for the benchmarks, made from a fixed seed."""

from __future__ import annotations

import torch

VGG19 = [(64, 27), (64, 576), (128, 576), (128, 1152), (256, 1152), *[(256, 2304)] * 3]
VGG19 += [(512, 2304), *[(512, 4608)] * 7, (10, 512)]
SMALL = [(16, 27), (80, 300), (130, 400)]


def flat(shapes: list[tuple[int, int]]) -> list[torch.Tensor]:
    """Return Gaussian matrices with entries of variance 1/n: the spectrum of a random sample's residual."""
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(m, n, generator=generator) / n**0.5 for m, n in shapes]


def trained(shapes: list[tuple[int, int]]) -> list[torch.Tensor]:
    """Return Gaussian matrices plus rank 16, whose singular values fall from thrice the noise by 0.8 each."""
    generator = torch.Generator().manual_seed(1)
    matrices = []
    for noise in flat(shapes):
        m, n = noise.shape
        rank = min(m, 16)
        left = torch.linalg.qr(torch.randn(m, rank, generator=generator)).Q
        right = torch.linalg.qr(torch.randn(n, rank, generator=generator)).Q
        sizes = 3 * (1 + (m / n) ** 0.5) * 0.8 ** torch.arange(rank)
        matrices.append(noise + (left * sizes) @ right.T)
    return matrices
