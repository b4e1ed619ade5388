"""Folds parametrizations back into plain weights."""

from __future__ import annotations

import copy

from torch import nn
from torch.nn.utils import parametrize


def fold(model: nn.Module) -> nn.Module:
    """Replace every parametrized tensor of `model`, in place, by its present value.

    Modules that share a parametrization share the folded tensor.
    """
    folded: dict[nn.Module, nn.Parameter] = {}
    for module in list(model.modules()):
        if parametrize.is_parametrized(module):
            _own_class(module)
            for name, parametrization in list(module.parametrizations.items()):  # type: ignore[union-attr, operator]
                parametrize.remove_parametrizations(module, name, leave_parametrized=True)
                setattr(module, name, folded.setdefault(parametrization, getattr(module, name)))
    return model


def plain_copy(model: nn.Module) -> nn.Module:
    """A copy of `model`, in its mode, with plain weights: a pruner may run, train and change it."""
    return fold(copy.deepcopy(model))


def _own_class(module: nn.Module) -> None:
    """Give a parametrized module a class of its own.

    A deep copy shares the class that torch made for the original, and removing a parametrization
    deletes the weight's property from that class: folding a copy would break the original.
    """
    shared = type(module)
    members = {name: value for name, value in vars(shared).items() if name not in ("__dict__", "__weakref__")}
    module.__class__ = type(shared.__name__, shared.__bases__, members)
