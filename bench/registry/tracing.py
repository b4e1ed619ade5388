"""What a trace sees: a network between two epochs of its training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bench.registry.contracts import Layer, Measured, TaskData, no_batches

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class TraceInput:
    """What a trace reads: a network in training, and the data that it is trained for.

    Args:
        model: the network, in eval mode, still parametrized.
        layers: its prunable layers by module name, the output layer too, with their weights right now.
        data: the task's; its `teacher`, where there is one, is at hand.
        batches: `batches(size)` gives the test split in order as (inputs, targets), normalised and beside
            the model.
    """

    model: nn.Module
    layers: Mapping[str, Layer]
    data: TaskData
    batches: Callable[[int], Iterable[tuple[Tensor, Tensor]]] = no_batches


class TraceFunction(Protocol):
    """Reads numbers off a dense network between two epochs of its training, and changes nothing."""

    def __call__(self, given: TraceInput) -> Measured:
        """Return the numbers of the network as it is, and the curves that the measure declares."""
