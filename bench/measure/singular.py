"""What pruning did to the singular values, and to the stable rank; the dear part of the spectrum."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from bench.linalg import singular_values
from bench.measure.layers import Blocks, Numbers, means, weight_pairs
from bench.registry.contracts import Measured, MeasureInput

_KEYS = ("sv_error_k", "stable_rank_dense", "stable_rank_pruned")


def singular(given: MeasureInput, k: int = 10) -> Measured:
    """Errors of the k leading singular values, and stable ranks, of each prunable layer and their means.

    `sv_error_k` is the largest |σᵢ(A) − σᵢ(Ã)|/σ₁(A) over i ≤ k, where A is the dense weight as a matrix
    (out, in·kh·kw), block-diagonal where it is grouped, and Ã its pruned form before fine-tuning. By
    Weyl's inequality it is at most `spectral_error`. The stable rank is ‖A‖_F²/‖A‖₂² (Rudelson and
    Vershynin, J. ACM 2007), 0 for a zero matrix. A layer whose dense weights are all zero does not count.
    """
    per_layer = {
        name: _compare(given.once(name, partial(spectrum, dense)), spectrum(pruned), k)
        for name, dense, pruned in weight_pairs(given)
    }
    return Measured(means(per_layer, _KEYS), per_layer)


def spectrum(blocks: Blocks) -> Tensor:
    """All singular values of the block-diagonal matrix of `blocks`, descending, float64."""
    return torch.cat([singular_values(block) for block in blocks]).sort(descending=True).values


def _compare(dense: Tensor, pruned: Tensor, k: int) -> Numbers:
    if not dense.any():
        return dict.fromkeys(_KEYS)
    return {
        "sv_error_k": float((dense[:k] - pruned[:k]).abs().max() / dense[0]),
        "stable_rank_dense": _stable_rank(dense),
        "stable_rank_pruned": _stable_rank(pruned),
    }


def _stable_rank(values: Tensor) -> float:
    return float((values / values[0]).square().sum()) if values[0] > 0 else 0.0
