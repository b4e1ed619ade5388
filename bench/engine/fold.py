"""Folds parametrizations back into plain weights."""

from __future__ import annotations

from torch import nn
from torch.nn.utils import parametrize


def fold(model: nn.Module) -> nn.Module:
    """Replace every parametrized tensor of `model`, in place, by its present value."""
    for module in list(model.modules()):
        if parametrize.is_parametrized(module):
            for name in list(module.parametrizations):  # type: ignore[arg-type]
                parametrize.remove_parametrizations(module, name, leave_parametrized=True)
    return model
