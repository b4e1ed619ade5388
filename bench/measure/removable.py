"""Which units can be taken out of a network for good: those silent in everything they are tied to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from torch_pruning import DependencyGraph

_MIXING = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


def removable_units(graph: DependencyGraph) -> Iterator[tuple[nn.Module, list[int]]]:
    """For each group of tied units, the layer that leads it and the units that can go.

    Units are tied where one cannot go without the other, as by the sum of a residual block: torch-pruning
    finds those groups. A unit can go if all weights that make it are zero in every layer of its group:
    rows, biases, and what a batch normalisation adds. Units of the network's output stay; a group that
    would lose all its units keeps one.
    """
    for group in graph.get_all_groups(root_module_types=list(_MIXING)):
        leader = group[0].dep.target.module
        if any(_reaches_output(item.dep.target) for item in group if _makes_units(graph, item)):
            continue
        count = graph.get_out_channels(leader)
        silent = torch.ones(count, dtype=torch.bool)
        for item in group:
            if _makes_units(graph, item):
                _still(silent, item)
        units = silent.nonzero().flatten().tolist()
        yield leader, units[1:] if len(units) == count else units


def _makes_units(graph: DependencyGraph, item: Any) -> bool:
    """Whether a member of a group loses outputs, not inputs, and has weights of its own."""
    return graph.is_out_channel_pruning_fn(item.dep.handler) and bool(_weights_by_unit(item))


def _still(silent: Tensor, item: Any) -> None:
    """Clear the marks in `silent`, shape (units,), of units that the member gives values to."""
    loud = torch.zeros_like(silent)
    for weights in _weights_by_unit(item):
        marks = (weights != 0).any(1).cpu()[torch.tensor(item.idxs)]
        loud[torch.tensor(item.root_idxs)[marks]] = True
    silent &= ~loud


def _weights_by_unit(item: Any) -> list[Tensor]:
    """A member's parameters, shape (units, ...): a layer's, or one that the network uses by itself."""
    target = item.dep.target
    if isinstance(target.module, nn.Parameter):
        by_unit = target.module.detach().movedim(target.pruning_dim, 0)
        return [by_unit.reshape(len(by_unit), -1)]
    return [part.detach().reshape(len(part), -1) for part in target.module.parameters(recurse=False)]


def _reaches_output(node: Any) -> bool:
    """Whether what a node gives goes to the network's output before any layer mixes it."""
    seen, waiting = {node}, [node]
    while waiting:
        outputs = waiting.pop().outputs
        if not outputs:
            return True
        fresh = [found for found in outputs if found not in seen and not isinstance(found.module, _MIXING)]
        seen.update(fresh)
        waiting.extend(fresh)
    return False
