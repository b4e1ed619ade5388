"""The sizes of what flows into each layer, found by running an example through the network."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import torch
from torch import Tensor, nn


@torch.no_grad()
def input_shapes(model: nn.Module, names: Collection[str], example: Tensor) -> dict[str, tuple[int, ...]]:
    """The shape of each module's input when `example`, shape (1, …), runs through `model`.

    A module that runs several times counts with its first run; one that does not run is left out.
    """
    shapes: dict[str, tuple[int, ...]] = {}

    def note(name: str, _: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        shapes.setdefault(name, tuple(inputs[0].shape))

    modules = dict(model.named_modules())
    hooks = [modules[name].register_forward_pre_hook(partial(note, name)) for name in names]
    try:
        model(example)
    finally:
        for hook in hooks:
            hook.remove()
    return shapes
