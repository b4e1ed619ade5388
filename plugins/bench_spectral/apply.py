"""Puts a model into the spectral form."""

from __future__ import annotations

from typing import cast

import torch
from torch import nn
from torch.nn.utils import parametrize

from bench import Params, Reparametrize
from bench.structure import modules_by_weight
from bench_spectral.form import Form, Spectral
from bench_spectral.trace import norms_behind


def spectral(params: Params) -> Reparametrize:
    """What puts the chosen layers of a model into the spectral form, its function unchanged.

    Frozen weights are left as they are.
    """

    def reparametrize(model: nn.Module) -> None:
        norms = norms_behind(model)
        sharers = modules_by_weight(model)
        for first in _chosen(list(sharers), params["layers"]):
            if model.get_parameter(f"{first}.weight").requires_grad:
                _register(model, sharers[first], norms, params)

    return reparametrize


def _chosen(names: list[str], layers: str) -> list[str]:
    match layers:
        case "first":
            return names[:1]
        case "hidden":
            return names[:-1]
        case _:
            return names


def _register(model: nn.Module, names: list[str], norms: dict[str, str], params: Params) -> None:
    """Layers that share a weight share its spectral form."""
    module = model.get_submodule(names[0])
    wanted = params["eigenvalues"] != "in"
    norm = norms.get(names[0], "") if wanted and len(names) == 1 else ""
    form = Spectral(
        outputs=wanted and not norm,
        inputs=params["eigenvalues"] != "out",
        form=cast("Form", params["form"]),
        groups=int(getattr(module, "groups", 1)),
        norm=norm,
    )
    with torch.no_grad():
        parametrize.register_parametrization(module, "weight", form)
        for name in names[1:]:
            other = model.get_submodule(name)
            parametrize.register_parametrization(other, "weight", form)
            other.parametrizations["weight"] = module.parametrizations["weight"]  # type: ignore[index, operator]
