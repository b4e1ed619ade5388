"""Which batch normalisation stands behind a layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bench.structure.modules import prunable_modules

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


@torch.no_grad()
def normalised_by(model: nn.Module, example: Tensor) -> dict[str, str]:
    """For each prunable layer, the batch normalisation that its output goes straight into, if any.

    Found by running `example`, shape (1, …), in eval mode.
    """
    producers: dict[int, str] = {}
    outputs: list[Tensor] = []
    found: dict[str, str] = {}
    hooks = []
    names = {module: name for name, module in prunable_modules(model).items()}

    def produced(module: nn.Module, _: object, output: Tensor) -> None:
        producers[id(output)] = names[module]
        outputs.append(output)

    def consumed(name: str, given: tuple[Tensor, ...]) -> None:
        if id(given[0]) in producers:
            found[producers[id(given[0])]] = name

    for name, module in model.named_modules():
        if module in names:
            hooks.append(module.register_forward_hook(produced))
        elif isinstance(module, BATCH_NORMS):
            hooks.append(module.register_forward_pre_hook(lambda _, given, name=name: consumed(name, given)))
    try:
        model(example)
    finally:
        for hook in hooks:
            hook.remove()
    return found
