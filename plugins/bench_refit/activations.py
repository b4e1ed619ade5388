"""Kept values whose layer computes nearly what the dense one did, on training data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from bench import PruneInput
from bench_refit.inputs import second_moments
from bench_refit.refit import BlockFit

_ENTRIES = 2**24


@dataclass(frozen=True)
class ActivationFit:
    """Minimises ‖(A − Ã) X‖_F over the kept entries, with X the layer's inputs in the dense network.

    The layer-wise reconstruction of Dong, Chen and Pan (Learning to Prune Deep Neural Networks via
    Layer-wise Optimal Brain Surgeon, NeurIPS 2017), with a given mask as in Hubara et al. (Accelerated
    Sparse Neural Training, ICML 2021), and the damping of Frantar and Alistarh (SparseGPT, ICML 2023).

    Args:
        examples: training examples that the dense network sees, at most.
        patches: inputs of a layer that count, at most.
        ridge: what is added to the diagonal of the second moment, in units of its mean.
    """

    examples: int
    patches: int
    ridge: float

    def prepare(self, given: PruneInput) -> Mapping[str, BlockFit]:
        """One pass of the training examples, then a second moment a layer and group."""
        moments = second_moments(given, self.examples, self.patches)
        return {name: partial(self._fitted, moment) for name, moment in moments.items()}

    def _fitted(self, moments: Tensor, dense: Tensor, kept: Tensor, group: int) -> Tensor:
        return reconstruct(dense, kept, damped(moments[group], self.ridge))


def damped(moment: Tensor, ridge: float) -> Tensor:
    """The second moment in units of its mean diagonal, plus ridge·I; the identity where it is zero."""
    unit = torch.eye(len(moment), dtype=moment.dtype, device=moment.device)
    mean = moment.diagonal().mean()
    return moment / mean + ridge * unit if float(mean) > 0 else unit


def reconstruct(dense: Tensor, kept: Tensor, moment: Tensor) -> Tensor:
    """The à of that support with the least tr (A − Ã) H (A − Ã)ᵀ, row by row.

    For a row a with kept places S and pruned places P the minimum is ã_S = a_S + H_SS⁻¹ H_SP a_P, solved
    by Cholesky. Rows go in batches of similar support, of 128 MB at most.

    Args:
        dense: A, shape (m, n), float64.
        kept: shape (m, n), boolean.
        moment: H, shape (n, n), float64, symmetric and positive definite.

    Returns:
        Ã, shape (m, n), float64.
    """
    result = torch.where(kept, dense, 0.0)
    counts = kept.sum(1)
    order = counts.argsort(descending=True, stable=True)
    start = 0
    while start < len(order) and (widest := int(counts[order[start]])) > 0:
        rows = order[start : start + max(1, _ENTRIES // widest**2)]
        places = kept[rows].to(torch.uint8).argsort(dim=1, descending=True, stable=True)[:, :widest]
        result[rows] += _correction(dense[rows], kept[rows], moment, places)
        start += len(rows)
    return result


def _correction(dense: Tensor, kept: Tensor, moment: Tensor, places: Tensor) -> Tensor:
    """H_SS⁻¹ H_SP a_P at the kept places; rows with fewer of them are filled up by the identity."""
    there = kept.gather(1, places)
    unit = torch.eye(places.shape[1], dtype=moment.dtype, device=moment.device)
    both = there[:, :, None] & there[:, None, :]
    within = torch.where(both, moment[places[:, :, None], places[:, None, :]], unit)
    pruned = torch.where(kept, 0.0, dense)
    right = torch.where(there, (pruned @ moment).gather(1, places), 0.0)
    solved = torch.cholesky_solve(right[:, :, None], torch.linalg.cholesky(within))[:, :, 0]
    return torch.zeros_like(dense).scatter(1, places, solved)
