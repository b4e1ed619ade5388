"""How far pruning moved the weights, as matrices: in spectral and in Frobenius norm."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.linalg import matricise, spectral_norm
from bench.registry.contracts import Measured, MeasureInput

Blocks = list[Tensor]


def spectrum(given: MeasureInput, rtol: float = 1e-4) -> Measured:
    """Relative errors ‖A − Ã‖/‖A‖ of each prunable layer right after pruning, and their means.

    A is the dense weight as a matrix (out, in·kh·kw), a block a group; Ã its pruned form before
    fine-tuning. `spectral_error_bound` bounds the numerical error of `spectral_error`. A layer whose
    dense weights are all zero has no relative error and does not count.
    """
    parameters = dict(given.pruned.named_parameters())
    per_layer: dict[str, dict[str, float | int | None]] = {}
    for name, layer in given.layers.items():
        dense = matricise(layer.weight, layer.groups)
        pruned = matricise(parameters[f"{name}.weight"].detach(), layer.groups)
        per_layer[name] = _errors(dense, pruned, rtol)
    metrics = {key: _mean(layer[key] for layer in per_layer.values()) for key in _KEYS}
    return Measured(metrics, per_layer)


_KEYS = ("spectral_error", "spectral_error_bound", "frobenius_error")


def _errors(dense: Blocks, pruned: Blocks, rtol: float) -> dict[str, float | int | None]:
    reference, reference_bound = _largest(dense, rtol)
    if reference == 0:
        return dict.fromkeys(_KEYS)
    differences = [one - other for one, other in zip(dense, pruned, strict=True)]
    error, error_bound = _largest(differences, rtol)
    lowest = max(reference - reference_bound, torch.finfo(torch.float64).tiny)
    ratio = error / reference
    return {
        "spectral_error": ratio,
        "spectral_error_bound": (error_bound + ratio * reference_bound) / lowest,
        "frobenius_error": _frobenius(differences) / _frobenius(dense),
    }


def _largest(blocks: Blocks, rtol: float) -> tuple[float, float]:
    """The spectral norm of the block-diagonal matrix, and a bound of its error."""
    norms = [spectral_norm(block, rtol) for block in blocks]
    return max(norm.value for norm in norms), max(norm.bound for norm in norms)


def _frobenius(blocks: Blocks) -> float:
    return float(torch.stack([block.double().square().sum() for block in blocks]).sum().sqrt())


def _mean(values: object) -> float | None:
    known = [value for value in values if value is not None]  # type: ignore[attr-defined]
    return sum(known) / len(known) if known else None
