"""Runs a network on made-up signals: each layer puts out positive numbers instead of its own outputs.

What lies between layers (activations, pooling, flattening, sums) does its own work on them. A ReLU lets
all of them pass and no two cancel, so what arrives at a layer tells which units it reads.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn

from bench.structure.modules import MIXING

_NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)  # noqa: SLF001 - all of them

Rule = Callable[[nn.Module, Tensor, Tensor], Tensor]


def run_on_signals(model: nn.Module, example: Tensor, layer: Rule, norm: Rule) -> None:
    """Run `example` through `model` in its mode, with the outputs of layers and normalisations replaced.

    Args:
        model: the network; it may be parametrized.
        example: one input, shape (1, …).
        layer: `layer(module, given, signal)` is what a Linear or convolution puts out; `signal` has the
            shape of its own output and random values in 0.5–1.5.
        norm: the same of a normalisation.
    """
    generator = Generator().manual_seed(0)

    def replaced(rule: Rule) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor]:
        def hook(module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> Tensor:
            signal = 0.5 + torch.rand(output.shape, generator=generator)
            return rule(module, given[0], signal.to(output))

        return hook

    hooks = [
        module.register_forward_hook(replaced(layer if isinstance(module, MIXING) else norm))
        for module in model.modules()
        if isinstance(module, MIXING + _NORMS)
    ]
    try:
        model(example)
    finally:
        for hook in hooks:
            hook.remove()


def unit_axis(module: nn.Module, tensor: Tensor) -> int:
    """Which axis of a layer's or normalisation's input or output runs over units; from the end."""
    if isinstance(module, nn.Linear | nn.LayerNorm | nn.RMSNorm):
        return -1
    spatial = getattr(module, "kernel_size", None)
    return -1 - len(spatial) if spatial else 1 - tensor.ndim
