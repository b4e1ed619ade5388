"""How far pruning moved the weights, as matrices: in spectral and in Frobenius norm."""

from __future__ import annotations

from functools import partial

import torch

from bench.linalg import spectral_norm
from bench.measure.layers import Blocks, Numbers, means, weight_pairs
from bench.registry.contracts import Measured, MeasureInput


def spectrum(given: MeasureInput, rtol: float = 1e-4) -> Measured:
    """Relative errors ‖A − Ã‖/‖A‖ of each prunable layer right after pruning, and their means.

    A is the dense weight as a matrix (out, in·kh·kw), a block a group; Ã its pruned form before
    fine-tuning. `spectral_error_bound` bounds the numerical error of `spectral_error`. A layer whose
    dense weights are all zero has no relative error and does not count.
    """
    per_layer = {}
    for name, dense, pruned in weight_pairs(given):
        reference = given.once(name, partial(_size, dense, rtol))
        per_layer[name] = _errors(reference, _differences(dense, pruned), rtol)
    return Measured(means(per_layer, _KEYS), per_layer)


_KEYS = ("spectral_error", "spectral_error_bound", "frobenius_error")


def _size(blocks: Blocks, rtol: float) -> tuple[float, float, float]:
    """The spectral norm, its bound, and the Frobenius norm."""
    return (*_largest(blocks, rtol), _frobenius(blocks))


def _differences(dense: Blocks, pruned: Blocks) -> Blocks:
    return [one - other for one, other in zip(dense, pruned, strict=True)]


def _errors(of_dense: tuple[float, float, float], differences: Blocks, rtol: float) -> Numbers:
    """The errors of a layer from its dense norm, that norm's bound and its Frobenius norm."""
    reference, reference_bound, length = of_dense
    if reference == 0:
        return dict.fromkeys(_KEYS)
    error, error_bound = _largest(differences, rtol)
    distance = _frobenius(differences)
    error_bound += torch.finfo(differences[0].dtype).eps * distance  # of the subtraction, 2 times over
    lowest = max(reference - reference_bound, torch.finfo(torch.float64).tiny)
    ratio = error / reference
    return {
        "spectral_error": ratio,
        "spectral_error_bound": (error_bound + ratio * reference_bound) / lowest,
        "frobenius_error": distance / length,
    }


def _largest(blocks: Blocks, rtol: float) -> tuple[float, float]:
    """The spectral norm of the block-diagonal matrix, and a bound of its error."""
    norms = [spectral_norm(block, rtol) for block in blocks]
    return max(norm.value for norm in norms), max(norm.bound for norm in norms)


def _frobenius(blocks: Blocks) -> float:
    return float(torch.stack([block.double().square().sum() for block in blocks]).sum().sqrt())
