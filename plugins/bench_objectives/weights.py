"""The weights of a layer of all networks of a bank."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from bench import BankStep


def weight_rows(step: BankStep, name: str) -> Tensor:
    """The weights of the layer `name` of K networks, shape (K, out, in, …), as they act."""
    module = step.model.get_submodule(name)
    at = f"{name}." if name else ""
    if not parametrize.is_parametrized(module, "weight"):
        return step.parameters[f"{at}weight"]
    weight: nn.Module = module.parametrizations["weight"]  # type: ignore[index, assignment]
    own = {
        part: step.parameters[f"{at}parametrizations.weight.{part}"] for part, _ in weight.named_parameters()
    }
    found: Tensor = torch.func.vmap(lambda one: torch.func.functional_call(weight, one, ()))(own)
    return found
