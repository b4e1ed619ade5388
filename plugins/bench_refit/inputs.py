"""Second moments of what the layers of a network are given, over a batch of training data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from bench import Layer, PruneInput, plain_copy, structure

_CHUNK = 64


def second_moments(given: PruneInput, examples: int, patches: int) -> dict[str, Tensor]:
    """Σ x xᵀ over the inputs x of each layer, shape (groups, n, n), float64, n the columns of its matrix.

    Inputs are examples (and tokens) of a linear layer, and the patches of a convolution as unfolding lays
    them out, zeros of the padding included. The dense network runs in eval mode, 64 examples at a time;
    a weight that several modules share sees the inputs of all.

    Args:
        given: the dense network and its training data.
        examples: how many training examples, at most.
        patches: how many inputs of one module count, at most: where it has more, as many of each 64
            examples are drawn by `given.generator`.

    Raises:
        ValueError: where an input is not finite.
    """
    model = plain_copy(given.model).eval()
    inputs, _ = given.batch(examples)
    quota = _Quota(patches / len(inputs), given.generator)
    moments = {name: _zeros(layer) for name, layer in given.layers.items()}
    users = structure.modules_by_weight(model)
    hooks = [
        model.get_submodule(user).register_forward_pre_hook(_adds_to(moments[name], quota))
        for name in given.layers
        for user in users[name]
    ]
    with torch.no_grad():
        for chunk in torch.split(inputs, _CHUNK):
            model(chunk)
    for hook in hooks:
        hook.remove()
    for name, moment in moments.items():
        if not bool(torch.isfinite(moment).all()):
            raise ValueError(f"an input of {name} is not finite")
    return moments


@dataclass(frozen=True)
class _Quota:
    """How many inputs of a module count, for each example that it sees."""

    each: float
    generator: Generator

    def places(self, there: int, examples: int) -> Tensor | None:
        """Which of `there` inputs count; None where all do."""
        allowed = max(1, int(self.each * examples))
        return None if there <= allowed else torch.randperm(there, generator=self.generator)[:allowed]


def _zeros(layer: Layer) -> Tensor:
    columns = layer.weight[0].numel()
    shape = (layer.groups, columns, columns)
    return torch.zeros(shape, dtype=torch.float64, device=layer.weight.device)


def _adds_to(total: Tensor, quota: _Quota) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
    def hook(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        windows, outer = _windows(module, inputs[0])
        places = quota.places(math.prod(outer), len(inputs[0]))
        if places is not None:
            windows = windows[torch.unravel_index(places.to(windows.device), outer)]
        parts = windows.reshape(-1, *total.shape[:2]).transpose(0, 1).double()
        total.add_(parts.transpose(1, 2) @ parts)

    return hook


def _windows(module: nn.Module, inputs: Tensor) -> tuple[Tensor, tuple[int, ...]]:
    """What a weight's columns are multiplied with, and the shape of the places at which they are.

    That shape comes first in the tensor's, then (in,), or (in, kh, kw) of a convolution.
    """
    if isinstance(module, nn.Linear):
        return inputs, tuple(inputs.shape[:-1])
    windows = unfolded(module, inputs)
    return windows, tuple(windows.shape[: inputs.ndim - 1])


def unfolded(module: nn.Module, inputs: Tensor) -> Tensor:
    """The patches of a convolution, as a view of its padded inputs.

    Args:
        module: of one, two or three dimensions, with any padding, stride and dilation.
        inputs: shape (n, in, h, w), or with as many axes as it has dimensions.

    Returns:
        Shape (n, out h, out w, in, kh, kw).
    """
    conv = cast("nn.Conv2d", module)
    mode = "constant" if conv.padding_mode == "zeros" else conv.padding_mode
    patches = functional.pad(inputs, _pads(conv), mode)
    sizes = zip(conv.kernel_size, conv.dilation, conv.stride, strict=True)
    for axis, (size, dilation, stride) in enumerate(sizes, start=2):
        patches = patches.unfold(axis, dilation * (size - 1) + 1, stride)[..., ::dilation]
    return patches.movedim(1, inputs.ndim - 1)


def _pads(conv: nn.Conv2d) -> list[int]:
    """Zeros before and after each axis, last axis first, as `functional.pad` takes them."""
    if conv.padding == "valid":
        return [0] * 2 * len(conv.kernel_size)
    if conv.padding == "same":
        totals = [d * (k - 1) for d, k in zip(conv.dilation, conv.kernel_size, strict=True)]
        return [part for total in reversed(totals) for part in (total // 2, total - total // 2)]
    return [width for width in reversed(cast("tuple[int, ...]", conv.padding)) for _ in range(2)]
