"""Norms of what each weight of a layer is multiplied with, over a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor, nn

from bench import Layer, PruneInput, plain_copy

_LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


def input_norms(given: PruneInput, batch_size: int) -> dict[str, Tensor]:
    """The 2-norm of each weight's input feature, float64, of the weight's shape.

    For a linear layer feature j is the j-th input, over examples (and tokens); for a convolution it is
    the input that meets that place of the kernel, over examples and positions, as unfolding lays it
    out, zeros of the padding included. The network runs in eval mode; a weight that several modules
    share sees the inputs of all.
    """
    model = plain_copy(given.model).eval()
    squares = {
        name: torch.zeros_like(layer.weight, dtype=torch.float64) for name, layer in given.layers.items()
    }
    hooks = [
        module.register_forward_pre_hook(_adds_to(squares[name]))
        for name, module in _users(model, given.layers)
    ]
    inputs, _ = given.batch(batch_size)
    with torch.no_grad():
        model(inputs)
    for hook in hooks:
        hook.remove()
    return {name: square.sqrt() for name, square in squares.items()}


def _adds_to(total: Tensor) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
    def hook(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        total.add_(_squares(module, inputs[0]))

    return hook


def _users(model: nn.Module, layers: Mapping[str, Layer]) -> Iterable[tuple[str, nn.Module]]:
    """Every module that multiplies with a layer's weight, with the layer's name."""
    owners = {id(model.get_parameter(f"{name}.weight")): name for name in layers}
    for module in model.modules():
        if isinstance(module, _LAYERS) and id(module.weight) in owners:
            yield owners[id(module.weight)], module


def _squares(module: nn.Module, inputs: Tensor) -> Tensor:
    """Σ x² over all that a weight meets: the gradient by the weight of the layer's sum at x²."""
    with torch.enable_grad():
        weight = module.get_parameter("weight")
        total = module.forward(inputs.detach().square()).sum()
        [squares] = torch.autograd.grad(total, [weight])
    return squares
