"""Finds the spectral layers of a model again, and their eigenvalues and eigenvectors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn

from bench.structure import prunable_modules
from bench_spectral.form import Spectral


@dataclass(frozen=True)
class SpectralLayer:
    """A layer in the spectral form; tensors are the model's own parameters, by name.

    Args:
        name: the layer's.
        vectors: the name of φ.
        out: the name of λ_out, shape (out,), or of the batch normalisation's scale in its place; "" if
            there is neither.
        into: the name of λ_in, shape (in,); "" if there is none.
        normalised: whether a batch normalisation follows.
    """

    name: str
    vectors: str
    out: str
    into: str
    normalised: bool


def spectral_layers(model: nn.Module) -> Iterator[SpectralLayer]:
    """The spectral layers of `model`, in its order."""
    for name, module in prunable_modules(model).items():
        originals = getattr(getattr(module, "parametrizations", None), "weight", None)
        if originals is None or not isinstance(originals[0], Spectral):
            continue
        form, prefix = originals[0], f"{name}.parametrizations.weight.original"
        if not (form.outputs or form.inputs):
            yield SpectralLayer(name, prefix, _scale(model, form), "", bool(form.norm))
            continue
        yield SpectralLayer(
            name,
            vectors=f"{prefix}0",
            out=f"{prefix}1" if form.outputs else _scale(model, form),
            into=f"{prefix}{1 + form.outputs}" if form.inputs else "",
            normalised=bool(form.norm),
        )


def parameter(model: nn.Module, name: str) -> Tensor:
    """The parameter of that name."""
    return model.get_parameter(name)


def _scale(model: nn.Module, form: Spectral) -> str:
    if not form.norm or getattr(model.get_submodule(form.norm), "weight", None) is None:
        return ""
    return f"{form.norm}.weight"
