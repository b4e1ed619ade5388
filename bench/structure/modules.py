"""The modules whose weights are prunable: Linear layers and convolutions."""

from __future__ import annotations

from torch import nn

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
MIXING = (nn.Linear, *CONVOLUTIONS)


def prunable_modules(model: nn.Module) -> dict[str, nn.Module]:
    """Linear and convolution modules by name, in the model's order; a shared weight counts once."""
    return {name: model.get_submodule(name) for name in modules_by_weight(model)}


def modules_by_weight(model: nn.Module) -> dict[str, list[str]]:
    """By the name of a prunable module, the names of all modules that have its weight, itself first."""
    found: dict[str, list[str]] = {}
    first: dict[int, str] = {}
    for name, module in model.named_modules():
        if isinstance(module, MIXING):
            found.setdefault(first.setdefault(id(_original(module)), name), []).append(name)
    return found


def inputs_of(module: nn.Module) -> int:
    """How many inputs a prunable module has: features, or channels."""
    return int(module.in_features if isinstance(module, nn.Linear) else module.in_channels)  # type: ignore[arg-type]


def _original(module: nn.Module) -> object:
    """What holds the weight; a parametrized weight itself is made anew at each look."""
    parametrized = getattr(getattr(module, "parametrizations", None), "weight", None)
    return module.weight if parametrized is None else parametrized
