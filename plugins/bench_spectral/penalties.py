"""L2 penalties on eigenvalues and on eigenvectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bench import BankStep, ObjectiveFunction, ObjectiveInput, Params, Unsupported
from bench.structure import prunable_modules
from bench_spectral.read import parameter, spectral_layers


@dataclass(frozen=True)
class SumOfSquares:
    """The sum of squares of the parameters that `names` finds in a model; `missing` where it finds none."""

    names: Callable[[nn.Module], Iterator[str]]
    missing: str

    def __call__(self, step: ObjectiveInput) -> Tensor:
        """Return the sum of one network."""
        found = [parameter(step.model, name).square().sum() for name in self._found(step.model)]
        return torch.stack(found).sum()

    def rows(self, step: BankStep) -> Tensor:
        """Return the sum of each network of a bank, shape (K,)."""
        found = [step.parameters[name].square().flatten(1).sum(1) for name in self._found(step.model)]
        return torch.stack(found).sum(0)

    def _found(self, model: nn.Module) -> list[str]:
        names = list(self.names(model))
        if not names:
            raise Unsupported(self.missing)
        return names


def eigenvalue_l2(params: Params) -> ObjectiveFunction:
    """Σλ² over the chosen layers; a batch normalisation's scale counts where it stands for λ_out."""

    def names(model: nn.Module) -> Iterator[str]:
        chosen = _chosen(model, params["layers"])
        for layer in spectral_layers(model):
            if layer.name in chosen:
                yield from (name for name in (layer.out, layer.into) if name)

    return SumOfSquares(names, "no layer has eigenvalues: it needs the parametrization 'spectral'")


def eigenvector_l2(params: Params) -> ObjectiveFunction:
    """Σφ² over the chosen layers; of a layer that is not spectral, of its weights."""

    def names(model: nn.Module) -> Iterator[str]:
        spectral = {layer.name: layer.vectors for layer in spectral_layers(model)}
        yield from (spectral.get(name, f"{name}.weight") for name in _chosen(model, params["layers"]))

    return SumOfSquares(names, "the model has no layer to penalise")


def _chosen(model: nn.Module, layers: str) -> list[str]:
    names = list(prunable_modules(model))
    return names[:1] if layers == "first" else names
