"""L2 penalties on eigenvalues and on eigenvectors."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from bench import ObjectiveFunction, ObjectiveInput, Params, Unsupported
from bench.structure import prunable_modules
from bench_spectral.read import parameter, spectral_layers


def eigenvalue_l2(params: Params) -> ObjectiveFunction:
    """Σλ² over the chosen layers; a batch normalisation's scale counts where it stands for λ_out."""

    def penalty(step: ObjectiveInput) -> Tensor:
        values = list(_values(step.model, params["layers"]))
        if not values:
            raise Unsupported("no layer has eigenvalues: it needs the parametrization 'spectral'")
        return torch.stack([value.square().sum() for value in values]).sum()

    return penalty


def eigenvector_l2(params: Params) -> ObjectiveFunction:
    """Σφ² over the chosen layers; of a layer that is not spectral, of its weights."""

    def penalty(step: ObjectiveInput) -> Tensor:
        vectors = list(_vectors(step.model, params["layers"]))
        if not vectors:
            raise Unsupported("the model has no layer to penalise")
        return torch.stack([vector.square().sum() for vector in vectors]).sum()

    return penalty


def _values(model: nn.Module, layers: str) -> Iterator[Tensor]:
    chosen = _chosen(model, layers)
    for layer in spectral_layers(model):
        if layer.name in chosen:
            yield from (parameter(model, name) for name in (layer.out, layer.into) if name)


def _vectors(model: nn.Module, layers: str) -> Iterator[Tensor]:
    spectral = {layer.name: layer.vectors for layer in spectral_layers(model)}
    modules = prunable_modules(model)
    for name in _chosen(model, layers):
        weight = modules[name].weight if name not in spectral else parameter(model, spectral[name])
        assert isinstance(weight, Tensor)  # noqa: S101 - for the type checker
        yield weight


def _chosen(model: nn.Module, layers: str) -> list[str]:
    names = list(prunable_modules(model))
    return names[:1] if layers == "first" else names
