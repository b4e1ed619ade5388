"""Chooses the weights of each layer that stay and refits their values, matrix by matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from bench import Layer, PruneInput, Sparsified, Sparsifier, linalg
from bench_refit.masks import Chooser
from bench_refit.spectral import least_residual


class BlockFit(Protocol):
    """Fits the kept values of one layer, matrix by matrix."""

    def __call__(self, dense: Tensor, kept: Tensor, group: int) -> Tensor:
        """The values where `kept`, 0 elsewhere; all of shape (m, n), float64 but for `kept`."""


class Fit(Protocol):
    """What the kept values are fitted to."""

    def prepare(self, given: PruneInput) -> Mapping[str, BlockFit]:
        """How to fit each layer, by name."""


@dataclass(frozen=True)
class SpectralFit:
    """Lowers ‖A − Ã‖₂ in a bounded number of `iterations`."""

    iterations: int

    def prepare(self, given: PruneInput) -> Mapping[str, BlockFit]:
        """The same for every layer."""
        return dict.fromkeys(given.layers, self._fitted)

    def _fitted(self, dense: Tensor, kept: Tensor, group: int) -> Tensor:
        del group
        residual = least_residual(torch.where(kept, 0.0, dense), kept, self.iterations)
        return torch.where(kept, dense - residual, 0.0)


def refitting(choose: Chooser, fit: Fit) -> Sparsifier:
    """A sparsifier that keeps what `choose` chooses, with values by `fit`."""

    def sparsify(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
        fits = fit.prepare(given)
        return {
            name: _refitted(layer, choose(layer, keep[name]), fits[name])
            for name, layer in given.layers.items()
        }

    return sparsify


def _refitted(layer: Layer, mask: Tensor, fit: BlockFit) -> Sparsified:
    blocks = zip(
        linalg.matricise(layer.weight, layer.groups), linalg.matricise(mask, layer.groups), strict=True
    )
    values = [fit(block.double(), kept, group).to(block.dtype) for group, (block, kept) in enumerate(blocks)]
    return Sparsified(mask, torch.cat(values).view(layer.weight.shape))
