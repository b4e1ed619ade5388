"""The groups of units that Torch-Pruning finds in a model."""

from __future__ import annotations

from typing import Any

import torch_pruning as tp
from torch import Tensor, nn

from bench import Layer, PruneInput, Unsupported


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
