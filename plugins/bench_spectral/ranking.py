"""Scores of units by their eigenvalues."""

from __future__ import annotations

import torch
from torch import Tensor

from bench import PruneInput, Scorer, Unsupported
from bench_spectral.read import SpectralLayer, parameter, spectral_layers


def ranked(*, by_norm: bool) -> Scorer:
    """A scorer of units: |λ_out,i|, or |λ_out,i|·‖φ_i‖₂ where `by_norm`.

    Behind a batch normalisation both are |γ_i|, since it cancels all factors of the weights. Units of
    layers without output eigenvalues are rated infinite: they go last.
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        found = {layer.name: layer for layer in spectral_layers(given.model) if layer.out}
        if not found.keys() & given.layers.keys():
            raise Unsupported("no layer has output eigenvalues: it needs the parametrization 'spectral'")
        return {
            name: _of(found[name], given, by_norm=by_norm)
            if name in found
            else torch.full_like(layer.weight.flatten(1)[:, 0], torch.inf)
            for name, layer in given.layers.items()
        }

    return score


def _of(layer: SpectralLayer, given: PruneInput, *, by_norm: bool) -> Tensor:
    values = parameter(given.model, layer.out).detach().abs()
    vectors = parameter(given.model, layer.vectors).detach()
    if not bool(values.isfinite().all()) or not bool(vectors.isfinite().all()):
        raise ValueError(f"eigenvalues or eigenvectors of {layer.name} are not finite")
    return values * vectors.flatten(1).norm(dim=1) if by_norm and not layer.normalised else values
