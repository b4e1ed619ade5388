"""What the network costs: multiply-adds and bytes, dense and as its zeros would allow."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from bench.registry.contracts import Measured, MeasureInput


def cost(given: MeasureInput) -> Measured:
    """Multiply-adds of one example, and the theoretical speed-up that the zeros would give.

    Dense counts come from torch's flop counter (two operations a multiply-add; biases and
    normalisations are not counted); each prunable layer's is scaled by its share of non-zeros.
    """
    dense, by_layer = given.once("multiply-adds", lambda: multiply_adds(given.dense, given.example))
    parameters = dict(given.final.named_parameters())
    saved = 0.0
    for name in given.layers:
        weight = parameters[f"{name}.weight"]
        saved += by_layer.get(name, 0) * (1 - int(weight.count_nonzero()) / weight.numel())
    macs = round(dense - saved)
    return Measured(
        {"macs": macs, "macs_dense": dense, "speedup_theoretical": dense / macs if macs else None}
    )


@torch.no_grad()
def multiply_adds(model: nn.Module, example: torch.Tensor) -> tuple[int, dict[str, int]]:
    """Multiply-adds of `example`, shape (1, …), through `model`: in all, and by module name."""
    counter = FlopCounterMode(display=False)
    with counter:
        model(example)
    counts = counter.get_flop_counts()
    root = type(model).__name__
    by_layer = {
        name.removeprefix(f"{root}."): sum(operations.values()) // 2
        for name, operations in counts.items()
        if name.startswith(f"{root}.")
    }
    return counter.get_total_flops() // 2, by_layer
