"""A plain copy of a model, and the groups of units that Torch-Pruning finds in it."""

from __future__ import annotations

import copy
from typing import Any

import torch_pruning as tp
from torch import Tensor, nn
from torch.nn.utils import parametrize

from bench import Layer, PruneInput, Unsupported

_NOT_COPIED = ("__dict__", "__weakref__")


def plain_copy(model: nn.Module) -> nn.Module:
    """A copy of `model` with plain weights: parametrizations hide them from Torch-Pruning.

    A deep copy shares the class that torch made for a parametrized module, and removing a
    parametrization deletes the weight's property from it; so each copy gets a class of its own first.
    """
    plain = copy.deepcopy(model)
    for module in list(plain.modules()):
        if parametrize.is_parametrized(module):
            shared = type(module)
            members = {key: value for key, value in vars(shared).items() if key not in _NOT_COPIED}
            module.__class__ = type(shared.__name__, shared.__bases__, members)
            for name in list(module.parametrizations):  # type: ignore[arg-type]
                parametrize.remove_parametrizations(module, name, leave_parametrized=True)
    return plain


def dependencies(model: nn.Module, example: Tensor) -> Any:
    """Torch-Pruning's dependency graph of `model`, traced with `example`, shape (1, …).

    Raises:
        Unsupported: where Torch-Pruning cannot follow the model.
    """
    try:
        return tp.DependencyGraph().build_dependency(model, example_inputs=example)
    except Exception as error:
        raise Unsupported(f"Torch-Pruning cannot trace the model: {type(error).__name__}") from error


def group_of(graph: Any, module: nn.Module, layer: Layer) -> Any:
    """All that goes when all units of `module` go."""
    prune = tp.prune_linear_out_channels if layer.kind == "linear" else tp.prune_conv_out_channels
    return graph.get_pruning_group(module, prune, idxs=list(range(len(layer.weight))))


def refuse_groups(given: PruneInput) -> None:
    """Grouped convolutions lose channels of all groups at once there, which is not what is asked here.

    Raises:
        Unsupported: naming the first.
    """
    for name, layer in given.layers.items():
        if layer.groups > 1:
            raise Unsupported(f"{name} is a grouped convolution")
