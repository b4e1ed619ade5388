"""Takes silent units out of a network, and proves that its outputs stay."""

from __future__ import annotations

import copy
import warnings
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from bench.errors import Unsupported
from bench.measure.removable import removable_units

TOLERANCE = 1e-9
EXAMPLES = 8


class Shrunk(NamedTuple):
    """A smaller network, and the largest difference of its outputs, relative to the largest output."""

    model: nn.Module
    difference: float


def shrink(model: nn.Module, example: Tensor) -> Shrunk:
    """A copy of `model` without the units that pruning silenced, by torch-pruning's dependency graph.

    A removed unit takes its normalisation along, its inputs to later layers, behind a flattening all
    of them, and its partners in residual sums; only units that are silent in all of these go. The copy
    must give the masked network's outputs, in float64 on 8 random inputs, to 1e-9 of the largest.

    Args:
        model: folded, with zeros where units were pruned; it is not changed.
        example: one input, shape (1, …).

    Raises:
        Unsupported: where torch-pruning cannot follow the network, or the outputs differ.
    """
    small = copy.deepcopy(model).eval()
    for parameter in small.parameters():
        parameter.requires_grad_()
    try:
        _remove(small, example)
    except Exception as error:
        raise Unsupported(
            f"torch-pruning cannot follow the network: {type(error).__name__}: {error}"
        ) from error
    inputs = torch.randn((EXAMPLES, *example.shape[1:]), generator=Generator().manual_seed(0))
    difference = output_difference(model, small, inputs.to(example.device))
    if not difference <= TOLERANCE:
        raise Unsupported(f"masked and shrunk outputs differ by {difference:.2g} of the largest output")
    return Shrunk(small, difference)


@torch.no_grad()
def output_difference(one: nn.Module, other: nn.Module, inputs: Tensor) -> float:
    """The largest difference of two networks' outputs over that of `one`, in float64 and eval mode.

    Infinite where the outputs' shapes differ or `other` cannot run.
    """
    inputs = inputs.double()
    expected = copy.deepcopy(one).double().eval()(inputs)
    try:
        found = copy.deepcopy(other).double().eval()(inputs)
    except RuntimeError:
        return float("inf")
    if found.shape != expected.shape:
        return float("inf")
    scale = float(expected.abs().max())
    difference = float((found - expected).abs().max())
    return difference / scale if scale > 0 else difference


def _remove(model: nn.Module, example: Tensor) -> None:
    import torch_pruning  # noqa: PLC0415 - of the extra `structured`

    with warnings.catch_warnings(), torch.enable_grad():
        warnings.simplefilter("ignore")
        graph = torch_pruning.DependencyGraph().build_dependency(model, example_inputs=example, verbose=False)
        for leader, units in list(removable_units(graph)):
            if units:
                graph.get_pruning_group(leader, _outputs(graph, leader), units).prune()


def _outputs(graph: object, module: nn.Module) -> object:
    return graph.get_pruner_of_module(module).prune_out_channels  # type: ignore[attr-defined]
